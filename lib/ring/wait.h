/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_WAIT_H
#define KIPC_LIB_RING_WAIT_H

/* Waiting for the other side. */

#include "lib/ring/handle.h"
#include "lib/ring/patience.h"

/*
 * Waits until the consumers (the producers) have left `position`. -EAGAIN: KIPC_NOW; -ETIMEDOUT; -EINTR; -EIDRM:
 * retired.
 */
int ring_await_room(struct ring *ring, uint64_t position, struct ring_patience *patience);
int ring_await_message(struct ring *ring, uint64_t position, struct ring_patience *patience);

/*
 * The same while somebody else has a claim on that side; also returns when it is time to look whether that one lives. A
 * retired ring ends only the wait of a producer: what is in it may still come back to a consumer.
 */
int ring_await_claim(struct ring *ring, struct ring_side *side, uint64_t position,
		     struct ring_patience *patience);

#endif
