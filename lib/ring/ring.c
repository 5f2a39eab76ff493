/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Messages of a ring: send, receive, peek, wait. A producer takes the producers' lock, writes behind their position and
 * moves it; a consumer takes the consumers' lock, copies out and moves theirs. The move is one compare-and-swap, and the
 * only thing that others go by: a death before it changed nothing, after it everything.
 *
 * What lies in the segment is input: each word is loaded once, checked against the geometry that was copied when
 * attaching, and then used. Positions in 64 bits are ours or from a count that agrees with its side's word.
 */

#include "lib/ring/ring.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/ring/at-once.h"
#include "lib/ring/hold.h"
#include "lib/ring/touch.h"
#include "lib/ring/turn.h"
#include "lib/ring/wait.h"

#define PEEK_TRIES 1000

/* -- sending -- */

static int check_message(const struct ring *ring, const struct kipc_message *message)
{
	if (message->type < 1)
		return -EINVAL;
	return message->size > ring->max_message ? -EMSGSIZE : 0;
}

/*
 * Checks and touches messages before the lock is taken: as many as may be sent at a time, at least one. An error is about the
 * first.
 */
static ssize_t prepare(const struct ring *ring, const struct kipc_message *messages, size_t n_messages)
{
	size_t size = 0, n = 0;
	int r = 0;

	for (; n < n_messages && size <= RING_COPY_MAX; n++) {
		r = check_message(ring, &messages[n]);
		size += ring_units(messages[n].size) * RING_UNIT;
		if (r < 0 || (n > 0 && size > RING_COPY_MAX))
			break;
		ring_touch_to_read(messages[n].data, messages[n].size);
	}
	return n > 0 ? (ssize_t)n : r;
}

/* As many as fit, without waiting. 0 with *ret_seen: the first does not fit now. Or as many as do before cursor->lacks. */
static ssize_t put_what_fits(struct ring *ring, struct ring_cursor *cursor,
			     const struct kipc_message *messages, size_t n_messages, uint64_t *ret_seen)
{
	size_t n = 0;
	int r = 1;

	do {
		r = ring_make_room(ring, cursor, ring_units(messages[n].size), ret_seen);
		if (r <= 0)
			break;
		ring_put(ring, cursor, messages[n].type, messages[n].data, messages[n].size);
		n++;
	} while (n < n_messages);
	return r == -ENOBUFS && n > 0 ? (ssize_t)n : r < 0 ? r : (ssize_t)n;
}

/* The rest of ring_send(), in which there was no room. */
static int await_turn(struct ring *ring, const struct ring_cursor *cursor, ssize_t n, uint64_t seen,
		      struct ring_patience *patience)
{
	if (n == 0)
		ring_turn_look(ring, cursor, patience);
	if (ring_lock_drop(&ring->header->producers, cursor->word) < 0)
		n = ring_broken(ring, KIPC_RING_LOCK);
	return n < 0 ? (int)n : ring_await_room(ring, seen, patience);
}

/*
 * For a side where n messages were put or taken before pages were lacking: nothing of that is published, so that all go at
 * once, as they would without that. If those pages cannot be had, 0 and *ret_n_messages: those before them.
 */
static int start_over(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
		      uint64_t wanted, ssize_t n, size_t *ret_n_messages)
{
	int r = ring_leave_to_make_ready(ring, side, cursor, wanted);

	if (n <= 0 || (r != -ENOBUFS && r != -ENOMEM))
		return r;
	*ret_n_messages = (size_t)n;
	return 0;
}

/* Units that a producer is about to fill in. */
static uint64_t ahead(const struct kipc_message *messages, size_t n_messages)
{
	uint64_t units = 0;

	for (size_t i = 0; i < n_messages; i++)
		units += ring_units(messages[i].size);
	return units < RING_READY_AHEAD ? RING_READY_AHEAD : units;
}

ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout)
{
	struct ring_side *side = &ring->header->producers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	uint64_t seen = 0;
	ssize_t n;
	int r;

	n = prepare(ring, messages, n_messages);
	if (n <= 0)
		return n;
	n_messages = (size_t)n;
	ring_patience_begin(&patience, timeout);
	if (messages->size > RING_COPY_MAX) {
		r = ring_send_apart(ring, messages, &patience);
		if (r != -EOPNOTSUPP)
			return r < 0 ? r : 1;
	}
	do {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		/* Those who empty a retired ring take this lock once: later nobody may add to it. */
		n = ring_is_retired(ring) ? -EIDRM
					  : put_what_fits(ring, &cursor, messages, n_messages, &seen);
		if (n > 0 && cursor.lacks == 0) {
			r = ring_leave(ring, side, &cursor);
			return r < 0 ? r : n;
		}
		if (cursor.lacks > 0)
			r = start_over(ring, side, &cursor, ahead(messages, n_messages), n, &n_messages);
		else
			r = await_turn(ring, &cursor, n, seen, &patience);
	} while (r == 0);
	ring_turn_give_up(ring, &patience);
	return r;
}

/* -- receiving -- */

/* Where messages go. */
struct basket {
	char *buffer;
	size_t size;
	size_t limit;  /* how much of it may be filled under the lock */
	size_t needed; /* above that: for the first message that is there */
};

/* Why a message does not go in: -EMSGSIZE; -ERANGE: `needed`; 0: the rest will, next time. */
static int refuse(struct basket *basket, size_t at, size_t n, size_t size)
{
	if (at > basket->size || size > basket->size - at)
		return n > 0 ? 0 : -EMSGSIZE;
	if (n > 0 && at + size > RING_COPY_MAX)
		return 0;
	basket->needed = at + size;
	return -ERANGE;
}

/* As many as are there and fit, without waiting. 0 with *ret_seen: there is none now. Or as many as do before cursor->lacks. */
static ssize_t take_what_fits(struct ring *ring, struct ring_cursor *cursor, struct basket *basket,
			      struct kipc_message *ret_messages, size_t n_messages, uint64_t *ret_seen)
{
	struct ring_record record;
	size_t at = 0, n = 0;
	int r;

	for (; n < n_messages; n++) {
		struct kipc_message *message = &ret_messages[n];

		r = ring_find_record(ring, cursor, &record, ret_seen);
		if (r == 0 || (r < 0 && n > 0))
			break;
		if (r < 0)
			return r;
		message->size = record.size;
		if (at > basket->limit || record.size > basket->limit - at) {
			r = refuse(basket, at, n, record.size);
			if (r < 0)
				return r;
			break;
		}
		message->type = (long)record.type;
		message->data = at > 0 ? basket->buffer + at : basket->buffer;
		copy_small(message->data, ring_record_at(ring, cursor->offset) + 1, record.size);
		at += (record.size + RING_UNIT - 1) / RING_UNIT * RING_UNIT;
		ring_cursor_pass(ring, cursor, record.size);
	}
	/* Relaxed: a guess. */
	atomic_store_explicit(&ring->last_taken, at, memory_order_relaxed);
	return (ssize_t)n;
}

/* Units that a consumer may take at once, from the cursor on. Under the lock. */
static uint64_t behind(const struct ring *ring, const struct ring_cursor *cursor)
{
	uint64_t available = ring->seen_producers - cursor->position;

	return available < RING_COPY_MAX / RING_UNIT ? available : RING_COPY_MAX / RING_UNIT;
}

/* Returns how much could be filled, while only so much is as may be copied under the lock. */
static size_t touch(struct basket *basket, size_t wanted)
{
	size_t touched = ring_touch_to_write(basket->buffer, basket->size, wanted);

	basket->limit = touched < RING_COPY_MAX ? touched : RING_COPY_MAX;
	return touched;
}

/* After -ERANGE, without the lock: 0: try again; 1: one message was taken. */
static int take_more(struct ring *ring, struct basket *basket, struct kipc_message *ret_messages,
		     struct ring_patience *patience)
{
	size_t touched;
	int r;

	/* Twice what did, lest a batch comes back for each page. */
	touched = touch(basket, basket->needed > 2 * basket->limit ? basket->needed : 2 * basket->limit);
	if (basket->needed <= RING_COPY_MAX)
		return 0;
	r = ring_take_apart(ring, basket->buffer, basket->size, touched, ret_messages, patience);
	if (r != -EOPNOTSUPP)
		return r;
	basket->limit = touched;
	return 0;
}

ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout)
{
	struct basket basket = { .buffer = buffer, .size = size };
	struct ring_side *side = &ring->header->consumers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	uint64_t seen = 0;
	ssize_t n;
	int r;

	if (n_messages == 0)
		return 0;
	ring_patience_begin(&patience, timeout);
	(void)touch(&basket, atomic_load_explicit(&ring->last_taken, memory_order_relaxed));
	do {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		n = take_what_fits(ring, &cursor, &basket, ret_messages, n_messages, &seen);
		if (n > 0 && cursor.lacks == 0) {
			r = ring_leave(ring, side, &cursor);
			return r < 0 ? r : n;
		}
		if (cursor.lacks > 0) {
			r = start_over(ring, side, &cursor, behind(ring, &cursor), n, &n_messages);
			continue;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			n = ring_broken(ring, KIPC_RING_LOCK);
		if (n == -ERANGE)
			r = take_more(ring, &basket, ret_messages, &patience);
		else
			r = n < 0 ? (int)n : ring_await_message(ring, seen, &patience);
	} while (r == 0);
	return r == -EAGAIN ? -ENOMSG : r;
}

/* By way of the lock: a message on which somebody else works is not there. */
int ring_wait(struct ring *ring, int64_t timeout)
{
	struct ring_side *side = &ring->header->consumers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	struct ring_record record;
	uint64_t seen;
	int r = 0, found = 0;

	ring_patience_begin(&patience, timeout);
	while (r == 0 && found == 0) {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		found = ring_find_record(ring, &cursor, &record, &seen);
		if (found == -ENOBUFS) {
			r = ring_leave_to_make_ready(ring, side, &cursor, 0);
			found = 0;
			continue;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0 && found == 0)
			r = ring_await_message(ring, seen, &patience);
	}
	if (r == 0 && found < 0)
		r = found;
	return r == -EAGAIN ? -ENOMSG : r;
}

/* -- peeking: without a lock, and so with read permission alone -- */

/* Before units at the cursor are read, behind which `available` lie. */
static int make_ready_to_look(struct ring *ring, const struct ring_cursor *cursor, uint64_t units,
			      uint64_t available)
{
	if (ring_is_ready(ring, cursor->offset, units))
		return 0;
	return ring_make_ready(ring, cursor->offset, units,
			       available < RING_READY_AHEAD ? available : RING_READY_AHEAD);
}

/*
 * Walks from the oldest record to the one at `index` and copies it. Consumers may take away what is being looked at, and
 * producers write over it; then the consumers' position has moved, and all of it is thrown away.
 */
static ssize_t walk(struct ring *ring, uint64_t word, void *buffer, size_t size, long index,
		    struct ring_record *ret_record)
{
	struct ring_cursor cursor;
	uint64_t end, available, position;
	enum kipc_ring_fault fault;
	int r;

	if (!ring_cursor_read(ring, &ring->header->consumers, word, &cursor))
		return ring_broken(ring, KIPC_RING_COUNTS);
	/* Acquire: as in ring_find_record(). */
	end = ring_word_position(atomic_load_explicit(&ring->header->producers.word, memory_order_acquire));
	r = ring_measure(ring, end, cursor.position, &available);
	for (position = cursor.position, end = position + available; r == 0; index--) {
		if (cursor.position == end)
			return -ENOMSG;
		r = make_ready_to_look(ring, &cursor, 1, end - cursor.position);
		if (r < 0)
			return r;
		ring_record_load(ring, cursor.offset, ret_record);
		fault = ring_judge_record(ring, ret_record, cursor.offset, end - cursor.position);
		if (fault != KIPC_RING_SOUND)
			return ring_broken(ring, fault);
		if (ret_record->state == RING_RECORD_PADDING) {
			ring_cursor_move(ring, &cursor, ring->capacity - cursor.offset);
			index++;
			continue;
		}
		if (index == 0)
			break;
		ring_cursor_move(ring, &cursor, ring_units(ret_record->size));
	}
	if (r < 0)
		return r;
	if (ret_record->size > size)
		return -EMSGSIZE;
	r = make_ready_to_look(ring, &cursor, ring_units(ret_record->size), 0);
	if (r < 0)
		return r;
	if (ret_record->size > 0)
		memcpy(buffer, ring_record_at(ring, cursor.offset) + 1, ret_record->size);
	return ret_record->size;
}

/* Copies the record at `index`, its body too if it fits; *ret_record is its header. */
static ssize_t look(struct ring *ring, void *buffer, size_t size, long index, struct ring_record *ret_record)
{
	const struct ring_side *consumers = &ring->header->consumers;
	uint64_t before, after;
	ssize_t n;

	for (unsigned tries = 0; tries < PEEK_TRIES; tries++) {
		/* Acquire: the counts and the producers' position are read after it. */
		before = atomic_load_explicit(&consumers->word, memory_order_acquire);
		n = walk(ring, before, buffer, size, index, ret_record);
		/* What was copied was read before the word is read again. */
		atomic_thread_fence(memory_order_acquire);
		after = atomic_load_explicit(&consumers->word, memory_order_relaxed);
		if (ring_word_position(before) == ring_word_position(after))
			return n;
	}
	return -EAGAIN;
}

ssize_t ring_peek(struct ring *ring, void *buffer, size_t size, long position, long *ret_type)
{
	struct ring_record record;
	ssize_t n;

	n = position < 0 ? -ENOMSG : look(ring, buffer, size, position, &record);
	if (n >= 0 && ret_type != NULL)
		*ret_type = (long)record.type;
	return n;
}

int ring_next_size(struct ring *ring, size_t *ret_size)
{
	struct ring_record record;
	ssize_t n = look(ring, NULL, 0, 0, &record);

	if (n < 0 && n != -EMSGSIZE)
		return (int)n;
	*ret_size = record.size;
	return 0;
}

bool ring_is_used_up(struct ring *ring)
{
	static const struct timespec long_ago;
	struct ring_side *side = &ring->header->producers;
	uint64_t word;
	size_t size;

	if (!ring_is_retired(ring) || ring_next_size(ring, &size) != -ENOMSG)
		return false;
	if (!ring->is_writable)
		return true;
	/* Who has entered since then has seen that it is retired. */
	if (ring_admit(ring) < 0 || ring_lock_take(side, &long_ago, &word) < 0 ||
	    ring_lock_drop(side, word) < 0)
		return false;
	return ring_next_size(ring, &size) == -ENOMSG;
}
