/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CURSOR_H
#define KIPC_LIB_RING_CURSOR_H

/*
 * Where a side stands: read, moved and written back under the side's lock. Inline, because this and a
 * memcpy() are what a send or receive consists of; the rare paths are in cursor.c.
 */

#include "lib/base/copy-small.h"
#include "lib/ring/ready.h"
#include "lib/ring/record.h"
#include "lib/ring/word.h"

/* A side's count, read under its lock and checked. */
struct ring_cursor {
	uint64_t word;	   /* as ring_lock_take() gave it */
	uint64_t position; /* units */
	uint64_t offset;   /* units into the data area */
	uint64_t messages, bytes;
	uint64_t lacks; /* units at the offset whose pages are not known to exist; 0: none */
	unsigned next;	/* index of the count to fill in */
};

/*
 * Reads where a side stands, from the count that agrees with its word: that one was published with it. False:
 * neither count agrees, or the offset lies outside.
 */
static ALWAYS_INLINE bool ring_cursor_read(const struct ring *ring, const struct ring_side *side,
					   uint64_t word, struct ring_cursor *ret_cursor)
{
	const struct ring_count *count = &side->counts[0];

	/* Relaxed throughout: the counts are ours since we took the lock. */
	ret_cursor->position = atomic_load_explicit(&count->position, memory_order_relaxed);
	ret_cursor->next = 1;
	if ((ret_cursor->position & RING_POSITION_MASK) != ring_word_position(word)) {
		count = &side->counts[1];
		ret_cursor->position = atomic_load_explicit(&count->position, memory_order_relaxed);
		ret_cursor->next = 0;
		if ((ret_cursor->position & RING_POSITION_MASK) != ring_word_position(word))
			return false;
	}
	ret_cursor->word = word;
	ret_cursor->lacks = 0;
	ret_cursor->offset = atomic_load_explicit(&count->offset, memory_order_relaxed);
	ret_cursor->messages = atomic_load_explicit(&count->messages, memory_order_relaxed);
	ret_cursor->bytes = atomic_load_explicit(&count->bytes, memory_order_relaxed);
	return ret_cursor->offset < ring->capacity;
}

/* Moves the cursor by so many units, which end at or before the end of the data area. */
static ALWAYS_INLINE void ring_cursor_move(const struct ring *ring, struct ring_cursor *cursor,
					   uint64_t units)
{
	cursor->position += units;
	cursor->offset += units;
	if (cursor->offset == ring->capacity)
		cursor->offset = 0;
}

/* Moves the cursor over a message with a body of `size` bytes, and counts the message. */
static ALWAYS_INLINE void ring_cursor_pass(const struct ring *ring, struct ring_cursor *cursor, uint64_t size)
{
	ring_cursor_move(ring, cursor, ring_record_units(size));
	cursor->messages++;
	cursor->bytes += size;
}

/* Writes a message at the cursor, where there is room for it, and moves the cursor over it. */
static ALWAYS_INLINE void ring_cursor_put(struct ring *ring, struct ring_cursor *cursor, long type,
					  const void *data, size_t size)
{
	struct ring_record *record = ring_record_at(ring, cursor->offset);

	record->size = (uint32_t)size;
	record->state = RING_RECORD_MESSAGE;
	record->type = type;
	copy_small(record + 1, data, size);
	ring_cursor_pass(ring, cursor, size);
}

/*
 * Fills in the count that does not agree with the word. It will agree when the word moves to the cursor's
 * position.
 */
static ALWAYS_INLINE void ring_cursor_write(struct ring_side *side, const struct ring_cursor *cursor)
{
	struct ring_count *count = &side->counts[cursor->next];

	/* Relaxed throughout: the move of the word publishes them. */
	atomic_store_explicit(&count->position, cursor->position, memory_order_relaxed);
	atomic_store_explicit(&count->offset, cursor->offset, memory_order_relaxed);
	atomic_store_explicit(&count->messages, cursor->messages, memory_order_relaxed);
	atomic_store_explicit(&count->bytes, cursor->bytes, memory_order_relaxed);
}

/* Whether so many units at the cursor may be touched. 1: yes; -ENOBUFS: not known, and cursor->lacks is set. */
static ALWAYS_INLINE int ring_cursor_check(const struct ring *ring, struct ring_cursor *cursor,
					   uint64_t units)
{
	if (ring_ready_has(ring, cursor->offset, units))
		return 1;
	cursor->lacks = units;
	return -ENOBUFS;
}

/* -- producers -- */

/* The slow path of ring_cursor_make_room(): reads the consumers' position, and pads. */
int ring_cursor_make_room_slowly(struct ring *ring, struct ring_cursor *cursor, uint64_t units,
				 uint64_t *ret_seen);

/*
 * Whether a record of `units` fits before the offset `end`, going by the consumers' position as it was last
 * seen.
 */
static ALWAYS_INLINE bool ring_cursor_has_room(const struct ring *ring, const struct ring_cursor *cursor,
					       uint64_t units, uint64_t end)
{
	uint64_t used = cursor->position - ring->seen_consumers;

	return used <= ring->capacity && units <= ring->capacity - used && cursor->offset + units <= end;
}

/*
 * Makes room for a record of `units` at the producers' cursor. If the record would not fit before the end of
 * the data area, pads up to there and moves the cursor over the padding. 1: there is room; 0: not now, and
 * *ret_seen is the consumers' position to wait at; -EBADMSG; -ENOBUFS: ring_leave_to_make_ready() has to be
 * called first.
 */
static ALWAYS_INLINE int ring_cursor_make_room(struct ring *ring, struct ring_cursor *cursor, uint64_t units,
					       uint64_t *ret_seen)
{
	int r = ring_cursor_has_room(ring, cursor, units, ring->capacity)
			? 1
			: ring_cursor_make_room_slowly(ring, cursor, units, ret_seen);

	return r > 0 ? ring_cursor_check(ring, cursor, units) : r;
}

/* -- consumers -- */

/*
 * Reads the producers' position into ring->seen_producers. 1: there is a record; otherwise as
 * ring_cursor_find().
 */
int ring_cursor_look_ahead(struct ring *ring, const struct ring_cursor *cursor, uint64_t *ret_seen);

/* Moves the cursor over the padding at which it stands, and finds the record behind it. As ring_cursor_find(). */
int ring_cursor_pass_padding(struct ring *ring, struct ring_cursor *cursor, struct ring_record *ret_record);

/*
 * The oldest record, checked; moves the consumers' cursor over padding. 1: there is one; 0: there is none,
 * and *ret_seen is the producers' position to wait at; -EBADMSG; -ENOBUFS: ring_leave_to_make_ready() has to
 * be called first.
 */
static ALWAYS_INLINE int ring_cursor_find(struct ring *ring, struct ring_cursor *cursor,
					  struct ring_record *ret_record, uint64_t *ret_seen)
{
	uint64_t available = ring->seen_producers - cursor->position;
	int r;

	if (available == 0 || available > ring->capacity) {
		r = ring_cursor_look_ahead(ring, cursor, ret_seen);
		if (r <= 0)
			return r;
		available = ring->seen_producers - cursor->position;
	}
	r = ring_cursor_check(ring, cursor, 1);
	if (r < 0)
		return r;
	ring_record_load(ring, cursor->offset, ret_record);
	if (!ring_record_is_message(ring, ret_record, cursor->offset, available, ring->capacity))
		r = ring_cursor_pass_padding(ring, cursor, ret_record);
	return r > 0 ? ring_cursor_check(ring, cursor, ring_record_units(ret_record->size)) : r;
}

/* -- both -- */

/*
 * How far the position `ahead` is in front of `behind`, by the 31 bits of both. -EBADMSG: more than the
 * ring's capacity.
 */
int ring_cursor_measure(struct ring *ring, uint64_t ahead, uint64_t behind, uint64_t *ret_distance);

#endif
