/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Peeking, without a lock and so with read permission alone. Consumers may remove a record while it is
 * copied, and producers then write over it; but then the consumers' position has moved, and the copy is
 * thrown away.
 */

#include "lib/ring/peek.h"

#include <errno.h>
#include <string.h>

#include "lib/ring/cursor.h"
#include "lib/ring/lock.h"

#define PEEK_TRIES 1000

/* Makes sure that the pages of `units` units at the cursor exist. `available` units were sent from there on. */
static int make_ready(struct ring *ring, const struct ring_cursor *cursor, uint64_t units, uint64_t available)
{
	if (ring_ready_has(ring, cursor->offset, units))
		return 0;
	return ring_ready_make(ring, cursor->offset, units,
			       available < RING_READY_AHEAD ? available : RING_READY_AHEAD);
}

/*
 * Walks from the oldest record to the one at `index` and copies it. `word`: of the consumers, read before.
 * What this returns counts only if the consumers still stand there afterwards.
 */
static ssize_t walk(struct ring *ring, uint64_t word, void *buffer, size_t size, long index,
		    struct ring_record *ret_record)
{
	struct ring_cursor cursor;
	uint64_t end, available;
	enum kipc_ring_fault fault;
	int r;

	if (!ring_cursor_read(ring, &ring->header->consumers, word, &cursor))
		return ring_broken(ring, KIPC_RING_COUNTS);
	/* Acquire: as in ring_cursor_look_ahead(). */
	end = ring_word_position(atomic_load_explicit(&ring->header->producers.word, memory_order_acquire));
	r = ring_cursor_measure(ring, end, cursor.position, &available);
	if (r < 0)
		return r;
	for (end = cursor.position + available;; index--) {
		if (cursor.position == end)
			return -ENOMSG;
		r = make_ready(ring, &cursor, 1, end - cursor.position);
		if (r < 0)
			return r;
		ring_record_load(ring, cursor.offset, ret_record);
		fault = ring_record_judge(ring, ret_record, cursor.offset, end - cursor.position);
		if (fault != KIPC_RING_SOUND)
			return ring_broken(ring, fault);
		if (ret_record->state == RING_RECORD_PADDING) {
			ring_cursor_move(ring, &cursor, ring->capacity - cursor.offset);
			index++;
			continue;
		}
		if (index == 0)
			break;
		ring_cursor_move(ring, &cursor, ring_record_units(ret_record->size));
	}
	if (ret_record->size > size)
		return -EMSGSIZE;
	r = make_ready(ring, &cursor, ring_record_units(ret_record->size), 0);
	if (r < 0)
		return r;
	if (ret_record->size > 0)
		memcpy(buffer, ring_record_at(ring, cursor.offset) + 1, ret_record->size);
	return ret_record->size;
}

/* Copies the record at `index`: its header to *ret_record, and its body if it fits. Errors as kipc_peek(). */
static ssize_t copy_record(struct ring *ring, void *buffer, size_t size, long index,
			   struct ring_record *ret_record)
{
	const struct ring_side *consumers = &ring->header->consumers;
	uint64_t before, after;
	ssize_t n;

	for (unsigned tries = 0; tries < PEEK_TRIES; tries++) {
		/* Acquire: the counts and the producers' position are read after this. */
		before = atomic_load_explicit(&consumers->word, memory_order_acquire);
		n = walk(ring, before, buffer, size, index, ret_record);
		/* The copy was read before the word is read again. */
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

	n = position < 0 ? -ENOMSG : copy_record(ring, buffer, size, position, &record);
	if (n >= 0 && ret_type != NULL)
		*ret_type = (long)record.type;
	return n;
}

int ring_next_size(struct ring *ring, size_t *ret_size)
{
	struct ring_record record;
	ssize_t n = copy_record(ring, NULL, 0, 0, &record);

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
	/* A producer that was inside has left now, and one that enters later sees that the ring is retired. */
	if (ring_admit(ring) < 0 || ring_lock_take(side, &long_ago, &word) < 0 ||
	    ring_lock_drop(side, word) < 0)
		return false;
	return ring_next_size(ring, &size) == -ENOMSG;
}
