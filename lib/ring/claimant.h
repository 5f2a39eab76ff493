/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CLAIMANT_H
#define KIPC_LIB_RING_CLAIMANT_H

/* A claim on a side as it is written in the segment, and the process that made it. */

#include <stdint.h>

#include "lib/ring/layout.h"

struct ring_claimant {
	uint64_t owner;	  /* PID, start and ticket (lib/ring/layout.h); 0: nobody */
	uint64_t started; /* the rest of when that process started */
	uint64_t position;
};

static inline uint32_t ring_claimant_pid(uint64_t owner)
{
	return (uint32_t)(owner >> RING_CLAIM_PID_SHIFT);
}

static inline uint32_t ring_claimant_ticket(uint64_t owner)
{
	return (uint32_t)(owner >> RING_CLAIM_TICKET_SHIFT);
}

#endif
