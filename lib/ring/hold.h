/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_HOLD_H
#define KIPC_LIB_RING_HOLD_H

/* A message that a process has reserved or acquired: its claim, and where the record lies. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/ring/claimant.h"

struct ring_hold {
	_Atomic uint32_t tid; /* of the thread that made it; any other thread of the process may end it */
	_Atomic uint32_t
		mark; /* of the process that holds it: a child of that process holds nothing; 0: no hold */
	struct ring_side *side;
	struct ring_claimant claim;
	uint64_t record; /* the record's position, */
	uint64_t offset; /* where it lies in the data area, units, */
	uint32_t size;	 /* and the size of its body, bytes */
	int64_t type;
};

/* Whether this process, not a parent of it, holds something here. The thread must be known. */
bool ring_hold_is_ours(const struct ring_hold *hold);

/* Whether the claim is one that this very thread made here: a thread that waited for it would wait for itself. */
bool ring_hold_is_own(const struct ring_hold *hold, const struct ring_claimant *claim);

#endif
