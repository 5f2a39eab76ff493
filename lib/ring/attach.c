/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rings as segments: laying one out, attaching one, looking at one, retiring one. Called by message.c, by libkipc's
 * public functions here, and by kipcd. What is attached has been checked against the kernel's own word on its size; the
 * geometry is copied, once, into memory of ours.
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "lib/channel.h"
#include "lib/ring/cursor.h"
#include "lib/ring/process.h"
#include "lib/ring/touch.h"
#include "lib/ring/turn.h"

#define SIZE_MIN (2 * RING_HEADER_SIZE)
#define LOOKS_MAX 1000
#define DEFAULT_MESSAGES 8 /* of the largest size, in the whole segment */

/* The data area of a segment of that size, in bytes; 0: it cannot be a ring. */
static uint64_t capacity_of(uint64_t segment_size)
{
	uint64_t capacity;

	if (segment_size < SIZE_MIN)
		return 0;
	capacity = (segment_size - RING_HEADER_SIZE) / RING_UNIT * RING_UNIT;
	return capacity > RING_CAPACITY_MAX ? 0 : capacity;
}

/*
 * Twice, because the padding before a record can be almost as long as the record: so an empty ring takes any message,
 * wherever its positions stand.
 */
static bool max_message_fits(uint64_t max_message, uint64_t capacity)
{
	return max_message > 0 && max_message <= UINT32_MAX &&
	       2 * ring_units(max_message) * RING_UNIT <= capacity;
}

static int attach(int id, bool is_writable, struct ring_header **ret_header, struct kipc_object *ret_object)
{
	void *address;
	int r;

	address = shmat(id, NULL, is_writable ? 0 : SHM_RDONLY);
	if (address == (void *)-1)
		return errno == EINVAL ? -EIDRM : -errno;
	/* Attached, the object cannot be replaced by another: its size is the mapping's. */
	r = kipc_object_stat(KIPC_SEGMENT, id, ret_object);
	if (r < 0) {
		shmdt(address);
		return r;
	}
	/* A segment that is too small for a header is no ring, which is for the caller to find out. */
	r = segment_populate(address, ret_object->segment.size < RING_HEADER_SIZE ? ret_object->segment.size
										  : RING_HEADER_SIZE);
	if (r < 0) {
		shmdt(address);
		return r;
	}
	*ret_header = address;
	return 0;
}

/* -- laying out -- */

static void lay_out(struct ring_header *header, uint64_t capacity, uint64_t max_message, uint64_t namespace)
{
	/* Relaxed throughout: nobody else has it attached; the magic is what is published. */
	atomic_store_explicit(&header->magic, 0, memory_order_relaxed);
	header->version = RING_VERSION;
	header->header_size = RING_HEADER_SIZE;
	header->capacity = capacity;
	header->max_message = max_message;
	header->pid_namespace = namespace;
	atomic_store_explicit(&header->retired, 0, memory_order_relaxed);
	for (unsigned i = 0; i < 2; i++) {
		struct ring_side *side = i == 0 ? &header->producers : &header->consumers;

		*side = (struct ring_side){ 0 };
		/* The second count agrees with no word until it is filled in. */
		atomic_store_explicit(&side->counts[1].position, RING_POSITION_MASK, memory_order_relaxed);
	}
	/* Release: whoever finds the magic finds the rest; pairs with the acquire in ring_attach(). */
	atomic_store_explicit(&header->magic, RING_MAGIC, memory_order_release);
}

int ring_lay_out(void *address, uint64_t segment_size, size_t max_message)
{
	uint64_t capacity = capacity_of(segment_size), namespace;
	int r;

	if (max_message == 0)
		max_message = segment_size / DEFAULT_MESSAGES;
	if (capacity == 0 || !max_message_fits(max_message, capacity))
		return -EINVAL;
	r = segment_populate(address, RING_HEADER_SIZE);
	if (r == 0)
		r = ring_process_namespace(&namespace);
	if (r == 0)
		lay_out(address, capacity, max_message, namespace);
	return r;
}

int kipc_ring_format(int id, size_t max_message)
{
	struct ring_header *header;
	struct kipc_object object;
	int r;

	r = attach(id, true, &header, &object);
	if (r < 0)
		return r;
	r = object.segment.attached > 1 ? -EBUSY : ring_lay_out(header, object.segment.size, max_message);
	shmdt(header);
	return r;
}

/* -- attaching -- */

/* Copies the geometry and checks it against the segment. */
static int check_geometry(struct ring *ring, uint64_t segment_size)
{
	const volatile struct ring_header *header = ring->header;
	uint64_t capacity = header->capacity, max_message = header->max_message;

	if (header->version != RING_VERSION || header->header_size != RING_HEADER_SIZE || capacity == 0 ||
	    capacity != capacity_of(segment_size) || !max_message_fits(max_message, capacity))
		return ring_broken(ring, KIPC_RING_GEOMETRY);
	ring->data = (char *)ring->header + RING_HEADER_SIZE;
	ring->capacity = capacity / RING_UNIT;
	ring->max_message = (uint32_t)max_message;
	ring->max_at_once = max_message < RING_COPY_MAX ? (uint32_t)max_message : RING_COPY_MAX;
	return 0;
}

/* Threads of another PID namespace have TIDs of their own: with the number of an owner, a stranger's death frees it. */
static int check_namespace(struct ring *ring)
{
	uint64_t ours;
	int r;

	if (!ring->is_writable)
		return 0;
	ring->pid_namespace = ((const volatile struct ring_header *)ring->header)->pid_namespace;
	r = ring_process_namespace(&ours);
	return r == 0 && ours != ring->pid_namespace ? -EXDEV : r;
}

int ring_admit_slowly(struct ring *ring)
{
	int r = 0;

	if (!ring_thread_is_known())
		r = ring_thread_init();
	if (r == 0)
		r = ring_process_check_namespace(ring->pid_namespace);
	/* Relaxed: all threads store the same. */
	if (r == 0)
		atomic_store_explicit(&ring->mark,
				      atomic_load_explicit(ring_thread.mark, memory_order_relaxed),
				      memory_order_relaxed);
	return r;
}

static bool is_ring(const struct ring_header *header, uint64_t segment_size)
{
	/* Acquire: pairs with the release in lay_out(). */
	return segment_size >= SIZE_MIN &&
	       atomic_load_explicit(&header->magic, memory_order_acquire) == RING_MAGIC;
}

int ring_attach(int id, bool is_writable, struct ring **ret_ring)
{
	struct kipc_object object;
	struct ring *ring;
	int r;

	ring = aligned_alloc(alignof(struct ring), sizeof *ring);
	if (ring == NULL)
		return -ENOMEM;
	*ring = (struct ring){ .id = id, .is_writable = is_writable, .mark = RING_MARK_NONE };
	r = attach(id, is_writable, &ring->header, &object);
	if (r < 0) {
		free(ring);
		return r;
	}
	ring->segment_size = object.segment.size;
	if (!is_ring(ring->header, object.segment.size))
		r = -EPROTOTYPE;
	if (r == 0)
		r = check_geometry(ring, object.segment.size);
	if (r == 0)
		r = check_namespace(ring);
	if (r == 0 &&
	    (ring->ready = calloc((ring->capacity >> RING_READY_SHIFT) + 1, sizeof *ring->ready)) == NULL)
		r = -ENOMEM;
	if (r < 0) {
		ring_free(ring);
		return r;
	}
	*ret_ring = ring;
	return 0;
}

struct ring *ring_free(struct ring *ring)
{
	while (ring != NULL) {
		struct ring *older = ring->older;

		ring_let_go(ring);
		if (ring->is_buried)
			munmap(ring->header, ring->segment_size);
		else
			shmdt(ring->header);
		free(ring->ready);
		free(ring);
		ring = older;
	}
	return NULL;
}

/* -- burying -- */

/* An empty ring of ours alone, retired, which stands elsewhere than that one does. MAP_FAILED. */
static struct ring_header *make_grave(const struct ring *ring)
{
	const struct ring_header *header = ring->header;
	uint64_t position =
		ring_word_position(atomic_load_explicit(&header->consumers.word, memory_order_relaxed));
	struct ring_header *grave;

	grave = mmap(NULL, ring->segment_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (grave == MAP_FAILED)
		return grave;
	lay_out(grave, ring->capacity * RING_UNIT, ring->max_message, ring->pid_namespace);
	atomic_store_explicit(&grave->retired, 1, memory_order_relaxed);
	for (unsigned i = 0; i < 2; i++) {
		struct ring_side *side = i == 0 ? &grave->producers : &grave->consumers;

		atomic_store_explicit(&side->word, ring_word_at(position + 1), memory_order_relaxed);
		atomic_store_explicit(&side->counts[0].position, (position + 1) & RING_POSITION_MASK,
				      memory_order_relaxed);
	}
	return grave;
}

/* Puts the grave where the ring is, in one step. False: the kernel does not let us, because of huge pages perhaps. */
static bool lay_to_rest(struct ring *ring)
{
	struct ring_header *grave = make_grave(ring);

	if (grave == MAP_FAILED)
		return false;
	if (mremap(grave, ring->segment_size, ring->segment_size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   ring->header) == MAP_FAILED) {
		munmap(grave, ring->segment_size);
		return false;
	}
	ring->is_buried = true;
	return true;
}

/*
 * With both locks, so that nobody is inside; by a second mapping, by which they are left when the first is gone. Should we
 * die in between, the kernel frees one of them; who waits for the other one is told that the ring is retired.
 */
static void bury_locked(struct ring *ring, struct ring_header *second)
{
	static const struct timespec long_ago;
	uint64_t producers, consumers;

	if (ring_lock_take(&second->producers, &long_ago, &producers) < 0)
		return;
	if (ring_lock_take(&second->consumers, &long_ago, &consumers) == 0) {
		(void)lay_to_rest(ring);
		(void)ring_lock_drop(&second->consumers, consumers);
	}
	(void)ring_lock_drop(&second->producers, producers);
}

void ring_bury(struct ring *ring)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	struct ring_header *second;

	if (!ring->is_writable || ring->is_buried || ring_admit(ring) < 0 ||
	    ring_is_holding(&ring->reserved) || ring_is_holding(&ring->acquired) ||
	    pthread_mutex_trylock(&one_at_a_time) != 0)
		return;
	/* As long as the first mapping is there, the id is nobody else's. */
	second = ring->is_buried ? (void *)-1 : shmat(ring->id, NULL, 0);
	if (second != (void *)-1) {
		bury_locked(ring, second);
		shmdt(second);
	}
	pthread_mutex_unlock(&one_at_a_time);
}

/* -- looking -- */

struct totals {
	uint64_t position, messages, bytes;
};

/* What a side published last. False: no count agrees with the word, however often one looks. */
static bool read_totals(const struct ring_side *side, struct totals *ret_totals)
{
	for (unsigned tries = 0; tries < LOOKS_MAX; tries++) {
		/* Acquire: the counts that were published with it. */
		uint64_t before = atomic_load_explicit(&side->word, memory_order_acquire), after;

		for (unsigned i = 0; i < 2; i++) {
			const struct ring_count *count = &side->counts[i];

			ret_totals->position = atomic_load_explicit(&count->position, memory_order_relaxed);
			ret_totals->messages = atomic_load_explicit(&count->messages, memory_order_relaxed);
			ret_totals->bytes = atomic_load_explicit(&count->bytes, memory_order_relaxed);
			/* Read before the word is read again: then they belonged to it. */
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
 * Of one instant, if the consumers let us; otherwise theirs are the older ones, so that they are not ahead.
 */
static bool read_both(const struct ring_header *header, struct totals *ret_sent, struct totals *ret_received)
{
	for (unsigned tries = 0; tries < LOOKS_MAX; tries++) {
		if (!read_totals(&header->consumers, ret_received) ||
		    !read_totals(&header->producers, ret_sent))
			return false;
		/* Read before the consumers' word is read again. */
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

	/* Relaxed throughout: for people. */
	if (atomic_load_explicit(&side->claim.position, memory_order_relaxed) != position)
		return 0;
	owner = atomic_load_explicit(&side->claim.owner, memory_order_relaxed);
	return ring_turn_is_claim(side, owner) ? 0 : (pid_t)ring_claim_pid(owner);
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
			stat.used = stat.capacity; /* the consumers were faster than we */
		stat.messages = sent.messages - received.messages;
		stat.bytes = sent.bytes - received.bytes;
	}
	/* Relaxed throughout: for people. */
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

int ring_is_empty_at(void *address, uint64_t segment_size)
{
	struct ring ring = { .header = address };
	struct kipc_ring stat;
	int r;

	if (!is_ring(address, segment_size))
		return -EPROTOTYPE;
	r = check_geometry(&ring, segment_size);
	if (r < 0)
		return r;
	ring_stat(&ring, &stat);
	return stat.fault == KIPC_RING_SOUND && stat.used == 0;
}

int ring_is_empty(int id)
{
	struct ring_header *header;
	struct kipc_object object;
	int r;

	r = attach(id, false, &header, &object);
	if (r < 0)
		return r;
	r = ring_is_empty_at(header, object.segment.size);
	shmdt(header);
	return r;
}

int ring_retire_at(void *address, uint64_t segment_size)
{
	struct ring_header *header = address;

	/* Nothing but its magic need be right, and we may be in any PID namespace: what sleeps on it has to wake. */
	if (!is_ring(header, segment_size))
		return -EPROTOTYPE;
	/* Relaxed: the change of the words that follows is what publishes it. */
	atomic_store_explicit(&header->retired, 1, memory_order_relaxed);
	ring_lock_wake_retired(header);
	return 0;
}

int ring_retire(int id)
{
	struct ring_header *header;
	struct kipc_object object;
	int r;

	r = attach(id, true, &header, &object);
	if (r < 0)
		return r;
	r = ring_retire_at(header, object.segment.size);
	shmdt(header);
	return r;
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
		return "its positions lie farther apart than the ring is long";
	case KIPC_RING_RECORD_STATE:
		return "a record is neither message nor padding";
	case KIPC_RING_RECORD_SIZE:
		return "a record reaches beyond what a message may be or what was sent";
	case KIPC_RING_RECORD_TYPE:
		return "the type of a message is not above 0";
	case KIPC_RING_LOCK:
		return "a lock was changed by somebody who did not hold it";
	}
	return "something unknown is wrong with it";
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
