/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_AT_ONCE_H
#define KIPC_LIB_RING_AT_ONCE_H

/*
 * The path of almost every call: one message, and no other party in the way. Inline, and without what only a
 * wait needs. In any other case it does nothing, and ring_send() or ring_recv() does everything.
 */

#include "lib/ring/enter.h"
#include "lib/ring/touch.h"

/* Nothing was done. No other error here has this errno. */
#define RING_NOT_AT_ONCE (-EAGAIN)

/* Leaves the side after ring_enter_at_once(), whatever that returned, with nothing done. */
static ALWAYS_INLINE int ring_leave_as_it_was(struct ring *ring, struct ring_side *side, uint64_t word)
{
	if (word != 0 && ring_lock_drop(side, word) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	return RING_NOT_AT_ONCE;
}

/* 0: sent. -EBADMSG: the lock was no longer ours; RING_NOT_AT_ONCE. */
static ALWAYS_INLINE int ring_send_at_once(struct ring *ring, long type, const void *data, size_t size)
{
	struct ring_side *side = &ring->header->producers;
	struct ring_cursor cursor;
	uint64_t word;

	if (type < 1 || size > ring->max_at_once)
		return RING_NOT_AT_ONCE;
	ring_touch_to_read(data, size);
	if (ring_enter_at_once(ring, side, &cursor, &word) && !ring_is_retired(ring) &&
	    ring_cursor_has_room(ring, &cursor, ring_record_units(size), ring_ready_end(ring))) {
		ring_cursor_put(ring, &cursor, type, data, size);
		return ring_leave(ring, side, &cursor);
	}
	return ring_leave_as_it_was(ring, side, word);
}

/* Whether the record at the cursor is a message. */
static ALWAYS_INLINE bool ring_find_at_once(struct ring *ring, const struct ring_cursor *cursor,
					    struct ring_record *ret_record)
{
	/* Acquire: what the producers wrote happened before. Pairs with the release of their move. */
	uint64_t producers =
		ring_word_position(atomic_load_explicit(&ring->header->producers.word, memory_order_acquire));
	uint64_t available = (producers - cursor->position) & RING_POSITION_MASK, end = ring_ready_end(ring);

	if (available == 0 || available > ring->capacity || cursor->offset >= end)
		return false;
	ring_record_load(ring, cursor->offset, ret_record);
	return ring_record_is_message(ring, ret_record, cursor->offset, available, end);
}

/* Returns the size of the message. -EBADMSG: the lock was no longer ours; RING_NOT_AT_ONCE. */
static ALWAYS_INLINE ssize_t ring_recv_at_once(struct ring *ring, void *buffer, size_t size, long *ret_type)
{
	struct ring_side *side = &ring->header->consumers;
	struct ring_cursor cursor;
	struct ring_record record;
	uint64_t word;
	int r;

	size = ring_touch_to_write(buffer, size, 1);
	if (ring_enter_at_once(ring, side, &cursor, &word) && ring_find_at_once(ring, &cursor, &record) &&
	    record.size <= size) {
		copy_small(buffer, ring_record_at(ring, cursor.offset) + 1, record.size);
		ring_cursor_pass(ring, &cursor, record.size);
		r = ring_leave(ring, side, &cursor);
		if (r < 0)
			return r;
		if (ret_type != NULL)
			*ret_type = (long)record.type;
		return record.size;
	}
	return ring_leave_as_it_was(ring, side, word);
}

#endif
