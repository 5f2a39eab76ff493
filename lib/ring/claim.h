/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CLAIM_H
#define KIPC_LIB_RING_CLAIM_H

/* A claim in the segment: it keeps all other parties off a side while its process works without the lock. */

#include <stdbool.h>

#include "lib/ring/claimant.h"

void ring_claim_read(const struct ring_side *side, struct ring_claimant *ret_claim);

/* Whether the side's claim is that one. */
bool ring_claim_is(const struct ring_side *side, const struct ring_claimant *claim);

/*
 * Under the lock: writes the claim. `since`: NULL for an ordinary claim; for a turn, the position at which
 * the producer began to wait.
 */
void ring_claim_make(struct ring_side *side, const struct ring_claimant *claim, const uint64_t *since);

/* Removes the claim if it is that one, and wakes the threads that wait for its end. Needs no lock. */
void ring_claim_give_up(struct ring_side *side, const struct ring_claimant *claim);

#endif
