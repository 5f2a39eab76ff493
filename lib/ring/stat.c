/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The counters and state of a ring, for display. They are read without a lock, so each is checked against the
 * word that published it, and read again if the word has moved.
 */

#include "lib/ring/stat.h"

#include "lib/ring/turn.h"

#define LOOKS_MAX 1000

struct totals {
	uint64_t position, messages, bytes;
};

/* What a side published last. False: no count agrees with the word, however often it is read. */
static bool read_totals(const struct ring_side *side, struct totals *ret_totals)
{
	for (unsigned tries = 0; tries < LOOKS_MAX; tries++) {
		/* Acquire: the counts that were published with it are read after it. */
		uint64_t before = atomic_load_explicit(&side->word, memory_order_acquire), after;

		for (unsigned i = 0; i < 2; i++) {
			const struct ring_count *count = &side->counts[i];

			ret_totals->position = atomic_load_explicit(&count->position, memory_order_relaxed);
			ret_totals->messages = atomic_load_explicit(&count->messages, memory_order_relaxed);
			ret_totals->bytes = atomic_load_explicit(&count->bytes, memory_order_relaxed);
			/*
			 * The counts are read before the word is read again: if the word is the same, they
			 * belong to it.
			 */
			atomic_thread_fence(memory_order_acquire);
			after = atomic_load_explicit(&side->word, memory_order_relaxed);
			if (ring_word_position(before) == ring_word_position(after) &&
			    (ret_totals->position & RING_POSITION_MASK) == ring_word_position(before))
				return true;
		}
	}
	return false;
}

/*
 * Both sides at one instant, if the consumers are slow enough. Otherwise theirs are older, so that they are
 * not ahead.
 */
static bool read_both(const struct ring_header *header, struct totals *ret_sent, struct totals *ret_received)
{
	for (unsigned tries = 0; tries < LOOKS_MAX; tries++) {
		if (!read_totals(&header->consumers, ret_received) ||
		    !read_totals(&header->producers, ret_sent))
			return false;
		/* The producers' counts are read before the consumers' word is read again. */
		atomic_thread_fence(memory_order_acquire);
		if (ring_word_position(atomic_load_explicit(&header->consumers.word, memory_order_relaxed)) ==
		    (ret_received->position & RING_POSITION_MASK))
			break;
	}
	return true;
}

static pid_t claimant(const struct ring_side *side, uint64_t position)
{
	uint64_t owner;

	/* Relaxed throughout: for display. */
	if (atomic_load_explicit(&side->claim.position, memory_order_relaxed) != position)
		return 0;
	owner = atomic_load_explicit(&side->claim.owner, memory_order_relaxed);
	return ring_turn_is_claim(side, owner) ? 0 : (pid_t)ring_claimant_pid(owner);
}

void ring_stat(struct ring *ring, struct kipc_ring *ret_stat)
{
	const struct ring_side *producers = &ring->header->producers, *consumers = &ring->header->consumers;
	struct kipc_ring stat = { .capacity = ring->capacity * RING_UNIT, .max_message = ring->max_message };
	struct totals sent = { 0 }, received = { 0 };

	if (!read_both(ring->header, &sent, &received))
		stat.fault = KIPC_RING_COUNTS;
	else if (sent.position - received.position > ring->capacity &&
		 ((atomic_load_explicit(&producers->word, memory_order_relaxed) -
		   atomic_load_explicit(&consumers->word, memory_order_relaxed)) >>
		  RING_WORD_POSITION_SHIFT) > ring->capacity)
		stat.fault = KIPC_RING_POSITIONS;
	stat.sent_messages = sent.messages;
	stat.sent_bytes = sent.bytes;
	stat.received_messages = received.messages;
	stat.received_bytes = received.bytes;
	if (stat.fault == KIPC_RING_SOUND && sent.messages >= received.messages &&
	    sent.bytes >= received.bytes) {
		stat.used = (sent.position - received.position) * RING_UNIT;
		if (stat.used > stat.capacity)
			stat.used = stat.capacity; /* the consumers were faster than we were */
		stat.messages = sent.messages - received.messages;
		stat.bytes = sent.bytes - received.bytes;
	}
	/* Relaxed throughout: for display. */
	stat.producer_waits = atomic_load_explicit(&consumers->waits, memory_order_relaxed);
	stat.consumer_waits = atomic_load_explicit(&producers->waits, memory_order_relaxed);
	stat.producer_lock =
		(pid_t)ring_word_owner(atomic_load_explicit(&producers->word, memory_order_relaxed));
	stat.consumer_lock =
		(pid_t)ring_word_owner(atomic_load_explicit(&consumers->word, memory_order_relaxed));
	stat.producer_claim = claimant(producers, sent.position);
	stat.consumer_claim = claimant(consumers, received.position);
	stat.retired = ring_is_retired(ring);
	*ret_stat = stat;
}

const char *kipc_ring_fault_to_string(enum kipc_ring_fault fault)
{
	switch (fault) {
	case KIPC_RING_SOUND:
		return "nothing is wrong with it";
	case KIPC_RING_GEOMETRY:
		return "the sizes in its header contradict the size of the segment";
	case KIPC_RING_COUNTS:
		return "the count of a side does not agree with its position";
	case KIPC_RING_POSITIONS:
		return "its positions are farther apart than its capacity";
	case KIPC_RING_RECORD_STATE:
		return "a record is neither a message nor padding";
	case KIPC_RING_RECORD_SIZE:
		return "a record is larger than a message may be, or than what was sent";
	case KIPC_RING_RECORD_TYPE:
		return "the type of a message is not above 0";
	case KIPC_RING_LOCK:
		return "a lock was changed by a thread that did not hold it";
	}
	return "it has an unknown fault";
}

static bool is_word_of(uint64_t offset, size_t side)
{
	size_t word = side + offsetof(struct ring_side, word);

	return offset >= word && offset < word + sizeof(uint64_t);
}

enum kipc_ring_side kipc_ring_side_at(uint64_t offset)
{
	if (is_word_of(offset, offsetof(struct ring_header, producers)))
		return KIPC_RING_PRODUCERS;
	return is_word_of(offset, offsetof(struct ring_header, consumers)) ? KIPC_RING_CONSUMERS : 0;
}
