/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CLAIMANT_H
#define KIPC_LIB_RING_CLAIMANT_H

/* A claim on a side, read out of the segment, and the process that made it. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/ring/layout.h"

/* As struct ring_claim (lib/ring/layout.h), in memory of our own. */
struct ring_claimant {
	uint64_t owner; /* pid and ticket; 0: no claim */
	uint64_t started;
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

/*
 * Whether the claim's process has ended. False: it lives, or nothing proves its death. At least two system
 * calls; not for a thread that holds a lock of a ring: /proc can be slow.
 */
bool ring_claimant_is_dead(const struct ring_claimant *claim);

/*
 * Whether the claim is void although its process lives, because the process has executed another program
 * since. `id`: of the segment. In doubt false. Costs more than ring_claimant_is_dead(); not under a lock,
 * either.
 */
bool ring_claimant_runs_another_program(const struct ring_claimant *claim, int id);

#endif
