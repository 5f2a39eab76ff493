/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_WAIT_H
#define KIPC_LIB_RING_WAIT_H

/* How one call waits for the other side, or for a claim to end. The caller holds no lock. */

#include "lib/ring/handle.h"
#include "lib/ring/patience.h"

/*
 * Waits until the consumers (the producers) have left `position`; may return 0 before. -EAGAIN: KIPC_NOW;
 * -ETIMEDOUT; -EINTR; -EIDRM: the ring is retired.
 */
int ring_wait_for_room(struct ring *ring, uint64_t position, struct ring_patience *patience);
int ring_wait_for_message(struct ring *ring, uint64_t position, struct ring_patience *patience);

/*
 * The same for another party's claim on `side`; returns 0 from time to time, so that the caller checks
 * whether the claim's process lives. A retired ring ends only the wait of a producer: an acquired message may
 * still come back to a consumer.
 */
int ring_wait_for_claim(struct ring *ring, struct ring_side *side, uint64_t position,
			struct ring_patience *patience);

#endif
