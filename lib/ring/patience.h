/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PATIENCE_H
#define KIPC_LIB_RING_PATIENCE_H

/* How long one call may wait, and how it has waited so far. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/ring/claimant.h"

struct ring_patience {
	int64_t timeout; /* as for kipc_recv() */
	bool is_bounded; /* `end` is set. That happens only once the call has to wait */
	struct timespec end;
	long nap_ns; /* 0: the call has not had to wait */

	/* Of a producer, for lib/ring/turn.h: */
	bool is_full;	/* it has found no room; then the next two are set: */
	uint64_t since; /* the producers' position then */
	struct timespec starving_at;
	bool is_starving; /* `starving_at` has passed; then `turn` is set but for its position */
	struct ring_claimant turn;
};

/* Sets only the members that a call that does not wait reads. */
static inline void ring_patience_begin(struct ring_patience *patience, int64_t timeout)
{
	patience->timeout = timeout;
	patience->is_bounded = patience->is_full = patience->is_starving = false;
	patience->nap_ns = 0;
}

/* When the call has to end, on CLOCK_MONOTONIC. NULL for KIPC_FOREVER; for KIPC_NOW, a time long ago. */
const struct timespec *ring_patience_end(struct ring_patience *patience);

/*
 * Whether that time has passed. For a call that is woken again and again, and finds each time that others
 * were faster.
 */
bool ring_patience_is_over(struct ring_patience *patience);

#endif
