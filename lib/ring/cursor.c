/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The slow paths of a cursor: reading the other side's position, writing padding and passing over it. */

#include "lib/ring/cursor.h"

int ring_cursor_measure(struct ring *ring, uint64_t ahead, uint64_t behind, uint64_t *ret_distance)
{
	*ret_distance = (ahead - behind) & RING_POSITION_MASK;
	return *ret_distance > ring->capacity ? ring_broken(ring, KIPC_RING_POSITIONS) : 0;
}

int ring_cursor_make_room_slowly(struct ring *ring, struct ring_cursor *cursor, uint64_t units,
				 uint64_t *ret_seen)
{
	uint64_t to_end = ring->capacity - cursor->offset, used = cursor->position - ring->seen_consumers;
	uint64_t needed = units <= to_end ? units : to_end + units;
	struct ring_record *padding;
	int r;

	if (used > ring->capacity || needed > ring->capacity - used) {
		/* Acquire: consumers have read what they moved over. Pairs with the release of their move. */
		*ret_seen = ring_word_position(
			atomic_load_explicit(&ring->header->consumers.word, memory_order_acquire));
		r = ring_cursor_measure(ring, cursor->position, *ret_seen, &used);
		if (r < 0)
			return r;
		ring->seen_consumers = cursor->position - used;
		if (needed > ring->capacity - used)
			return 0;
	}
	if (needed != units) {
		r = ring_cursor_check(ring, cursor, 1);
		if (r < 0)
			return r;
		padding = ring_record_at(ring, cursor->offset);
		*padding = (struct ring_record){ .state = RING_RECORD_PADDING };
		ring_cursor_move(ring, cursor, to_end);
	}
	return 1;
}

int ring_cursor_look_ahead(struct ring *ring, const struct ring_cursor *cursor, uint64_t *ret_seen)
{
	uint64_t available;
	int r;

	/* Acquire: what the producers wrote happened before. Pairs with the release of their move. */
	*ret_seen =
		ring_word_position(atomic_load_explicit(&ring->header->producers.word, memory_order_acquire));
	r = ring_cursor_measure(ring, *ret_seen, cursor->position, &available);
	if (r < 0)
		return r;
	ring->seen_producers = cursor->position + available;
	return available > 0;
}

int ring_cursor_pass_padding(struct ring *ring, struct ring_cursor *cursor, struct ring_record *ret_record)
{
	uint64_t to_end = ring->capacity - cursor->offset;
	enum kipc_ring_fault fault;

	fault = ring_record_judge(ring, ret_record, cursor->offset, ring->seen_producers - cursor->position);
	if (fault != KIPC_RING_SOUND)
		return ring_broken(ring, fault);
	ring_cursor_move(ring, cursor, to_end);
	if (ring_cursor_check(ring, cursor, 1) < 0)
		return -ENOBUFS;
	ring_record_load(ring, cursor->offset, ret_record);
	fault = ring_record_judge(ring, ret_record, cursor->offset, ring->seen_producers - cursor->position);
	if (fault == KIPC_RING_SOUND && ret_record->state == RING_RECORD_PADDING)
		fault = KIPC_RING_RECORD_STATE; /* there is never padding behind padding */
	return fault == KIPC_RING_SOUND ? 1 : ring_broken(ring, fault);
}
