/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_RECORD_H
#define KIPC_LIB_RING_RECORD_H

/*
 * One record of the data area. Other programs can write to it, so its header is read once and checked before
 * it is used.
 */

#include "lib/base/always-inline.h"
#include "lib/ring/handle.h"

/* Units of a record with a body of `size` bytes. */
static ALWAYS_INLINE uint64_t ring_record_units(uint64_t size)
{
	return 1 + (size + RING_UNIT - 1) / RING_UNIT;
}

/* The record at that offset, units. Its body lies behind the header. */
static ALWAYS_INLINE struct ring_record *ring_record_at(const struct ring *ring, uint64_t offset)
{
	return (struct ring_record *)(void *)(ring->data + offset * RING_UNIT);
}

/* Copies the header, reading each member exactly once, since another program may change it meanwhile. */
static ALWAYS_INLINE void ring_record_load(const struct ring *ring, uint64_t offset,
					   struct ring_record *ret_record)
{
	const volatile struct ring_record *record = ring_record_at(ring, offset);

	ret_record->size = record->size;
	ret_record->state = record->state;
	ret_record->type = record->type;
}

/*
 * Whether a record is a message that is no larger than the largest, lies in the `available` units that were
 * sent, and ends before the offset `end`.
 */
static ALWAYS_INLINE bool ring_record_is_message(const struct ring *ring, const struct ring_record *record,
						 uint64_t offset, uint64_t available, uint64_t end)
{
	return record->state == RING_RECORD_MESSAGE && record->size <= ring->max_message &&
	       record->type > 0 && ring_record_units(record->size) <= available &&
	       offset + ring_record_units(record->size) <= end;
}

/* What is wrong with a record; KIPC_RING_SOUND: nothing. `available`: units that were sent, from its offset on. */
enum kipc_ring_fault ring_record_judge(const struct ring *ring, const struct ring_record *record,
				       uint64_t offset, uint64_t available);

#endif
