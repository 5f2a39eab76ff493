/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CURSOR_H
#define KIPC_LIB_RING_CURSOR_H

/*
 * Where a side stands, and the records there: read and moved under the side's lock. Inline, since this and a memcpy() are what
 * a send or receive consists of; the rare paths are functions of cursor.c.
 */

#include "lib/ring/ready.h"

/* A side's count, read under its lock and checked. */
struct ring_cursor {
	uint64_t word;	   /* as ring_lock_take() gave it */
	uint64_t position; /* units */
	uint64_t offset;   /* units into the data area */
	uint64_t messages, bytes;
	uint64_t lacks; /* units at the offset, whose pages are not known to be there; 0: none */
	unsigned next;	/* index of the count to be filled in */
};

#define RING_INLINE static inline __attribute__((always_inline))

/* Units of a record with a body of that size. */
RING_INLINE uint64_t ring_units(uint64_t size)
{
	return 1 + (size + RING_UNIT - 1) / RING_UNIT;
}

RING_INLINE struct ring_record *ring_record_at(const struct ring *ring, uint64_t offset)
{
	return (struct ring_record *)(void *)(ring->data + offset * RING_UNIT);
}

/*
 * Reads where a side stands from the count that agrees with its word: the one that was published with it. False:
 * neither does, or it points outside.
 */
RING_INLINE bool ring_cursor_read(const struct ring *ring, const struct ring_side *side, uint64_t word,
				  struct ring_cursor *ret_cursor)
{
	const struct ring_count *count = &side->counts[0];

	/* Relaxed throughout: taking the lock made them ours. */
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

RING_INLINE void ring_cursor_move(const struct ring *ring, struct ring_cursor *cursor, uint64_t units)
{
	cursor->position += units;
	cursor->offset += units;
	if (cursor->offset == ring->capacity)
		cursor->offset = 0;
}

/* Over a record with a body of that size. */
RING_INLINE void ring_cursor_pass(const struct ring *ring, struct ring_cursor *cursor, uint64_t size)
{
	ring_cursor_move(ring, cursor, ring_units(size));
	cursor->messages++;
	cursor->bytes += size;
}

/* Fills in the count that does not agree with the word, so that it will when the word moves there. */
RING_INLINE void ring_cursor_write(struct ring_side *side, const struct ring_cursor *cursor)
{
	struct ring_count *count = &side->counts[cursor->next];

	/* Relaxed throughout: the move of the word publishes them. */
	atomic_store_explicit(&count->position, cursor->position, memory_order_relaxed);
	atomic_store_explicit(&count->offset, cursor->offset, memory_order_relaxed);
	atomic_store_explicit(&count->messages, cursor->messages, memory_order_relaxed);
	atomic_store_explicit(&count->bytes, cursor->bytes, memory_order_relaxed);
}

/* Whether so many units at the cursor may be touched: 1; -ENOBUFS: it is not known, and cursor->lacks is set. */
RING_INLINE int ring_cursor_check(const struct ring *ring, struct ring_cursor *cursor, uint64_t units)
{
	if (ring_is_ready(ring, cursor->offset, units))
		return 1;
	cursor->lacks = units;
	return -ENOBUFS;
}

/* The rest of ring_make_room(): looks at the consumers, pads. As that. */
int ring_make_room_slowly(struct ring *ring, struct ring_cursor *cursor, uint64_t units, uint64_t *ret_seen);

/* Whether there is room for a record of `units` in front of `end`, as far as the consumers had come when we last looked. */
RING_INLINE bool ring_has_room(const struct ring *ring, const struct ring_cursor *cursor, uint64_t units,
			       uint64_t end)
{
	uint64_t used = cursor->position - ring->seen_consumers;

	return used <= ring->capacity && units <= ring->capacity - used && cursor->offset + units <= end;
}

/*
 * Makes room for a record of `units` behind the producers' cursor: pads the end of the data area where it would not
 * fit there, and moves the cursor over the padding. 1: there is room; 0: not now, and *ret_seen is the consumers'
 * position to wait at; -EBADMSG; -ENOBUFS: ring_leave_to_make_ready() first.
 */
RING_INLINE int ring_make_room(struct ring *ring, struct ring_cursor *cursor, uint64_t units,
			       uint64_t *ret_seen)
{
	int r = ring_has_room(ring, cursor, units, ring->capacity)
			? 1
			: ring_make_room_slowly(ring, cursor, units, ret_seen);

	return r > 0 ? ring_cursor_check(ring, cursor, units) : r;
}

/* Looks how far the producers have come: sets seen_producers. 1: there is something; otherwise as ring_find_record(). */
int ring_look_ahead(struct ring *ring, const struct ring_cursor *cursor, uint64_t *ret_seen);

/* Passes over the padding where the cursor stands, and finds the record behind. As ring_find_record(). */
int ring_pass_padding(struct ring *ring, struct ring_cursor *cursor, struct ring_record *ret_record);

/* Each field once, whoever writes to it meanwhile. */
RING_INLINE void ring_record_load(const struct ring *ring, uint64_t offset, struct ring_record *ret_record)
{
	const volatile struct ring_record *record = ring_record_at(ring, offset);

	ret_record->size = record->size;
	ret_record->state = record->state;
	ret_record->type = record->type;
}

/* Whether a message can be what it says: no larger than allowed, than what was sent, and all of it in front of `end`. */
RING_INLINE bool ring_message_is_sound(const struct ring *ring, const struct ring_record *record,
				       uint64_t offset, uint64_t available, uint64_t end)
{
	return record->state == RING_RECORD_MESSAGE && record->size <= ring->max_message &&
	       record->type > 0 && ring_units(record->size) <= available &&
	       offset + ring_units(record->size) <= end;
}

/*
 * The oldest record, checked; moves the consumers' cursor over padding. 1: there is one; 0: none, and *ret_seen is
 * the producers' position to wait at; -EBADMSG; -ENOBUFS: ring_leave_to_make_ready() first.
 */
RING_INLINE int ring_find_record(struct ring *ring, struct ring_cursor *cursor,
				 struct ring_record *ret_record, uint64_t *ret_seen)
{
	uint64_t available = ring->seen_producers - cursor->position;
	int r;

	if (available == 0 || available > ring->capacity) {
		r = ring_look_ahead(ring, cursor, ret_seen);
		if (r <= 0)
			return r;
		available = ring->seen_producers - cursor->position;
	}
	r = ring_cursor_check(ring, cursor, 1);
	if (r < 0)
		return r;
	ring_record_load(ring, cursor->offset, ret_record);
	if (!ring_message_is_sound(ring, ret_record, cursor->offset, available, ring->capacity))
		r = ring_pass_padding(ring, cursor, ret_record);
	return r > 0 ? ring_cursor_check(ring, cursor, ring_units(ret_record->size)) : r;
}

/* How far `ahead` is before `behind`, by the 31 bits of both. -EBADMSG: farther than the ring is long. */
int ring_measure(struct ring *ring, uint64_t ahead, uint64_t behind, uint64_t *ret_distance);

/* What is wrong with a record behind which `available` units lie; KIPC_RING_SOUND: nothing. */
enum kipc_ring_fault ring_judge_record(const struct ring *ring, const struct ring_record *record,
				       uint64_t offset, uint64_t available);

#endif
