/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PATIENCE_H
#define KIPC_LIB_RING_PATIENCE_H

/* How long one call may wait, and how it has waited so far. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/ring/claimant.h"

struct ring_patience {
	int64_t timeout; /* as kipc_recv() takes it */
	bool is_bounded; /* `end` is set: only when it turns out that the call has to wait */
	struct timespec end;
	long nap_ns; /* 0: it has not had to */

	/* lib/ring/turn.h: */
	bool is_full;	  /* it has found no room; then the next two are set */
	bool is_starving; /* it has waited for long; then `turn` is set but for its position */
	uint64_t since;
	struct timespec starving_at;
	struct ring_claimant turn;
};

/* Sets only what a call that does not wait looks at. */
static inline void ring_patience_begin(struct ring_patience *patience, int64_t timeout)
{
	patience->timeout = timeout;
	patience->is_bounded = patience->is_full = patience->is_starving = false;
	patience->nap_ns = 0;
}

/* NULL for KIPC_FOREVER; for KIPC_NOW a time long ago. */
const struct timespec *ring_patience_end(struct ring_patience *patience);

/* Whether that time has come. A call that finds others taking what it waits for must look itself. */
bool ring_patience_is_over(struct ring_patience *patience);

#endif
