/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which invariant a record breaks. */

#include "lib/ring/record.h"

enum kipc_ring_fault ring_record_judge(const struct ring *ring, const struct ring_record *record,
				       uint64_t offset, uint64_t available)
{
	if (ring_record_is_message(ring, record, offset, available, ring->capacity))
		return KIPC_RING_SOUND;
	switch ((enum ring_record_state)record->state) {
	case RING_RECORD_PADDING:
		/* The record behind the padding is published together with it. */
		return available > ring->capacity - offset ? KIPC_RING_SOUND : KIPC_RING_RECORD_SIZE;
	case RING_RECORD_MESSAGE:
		return record->type > 0 ? KIPC_RING_RECORD_SIZE : KIPC_RING_RECORD_TYPE;
	}
	return KIPC_RING_RECORD_STATE;
}
