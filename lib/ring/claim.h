/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_CLAIM_H
#define KIPC_LIB_RING_CLAIM_H

/* A claim on a side: it keeps all others off that side while its owner works without the lock. */

#include <stdbool.h>

#include "lib/ring/claimant.h"

void ring_claim_read(const struct ring_side *side, struct ring_claimant *ret_claim);

/* Whether that is the claim which stands there. */
bool ring_claim_is(const struct ring_side *side, const struct ring_claimant *claim);

/* Under the lock. `since`: NULL for a claim proper; for a turn, where the side stood when it began to wait. */
void ring_claim_make(struct ring_side *side, const struct ring_claimant *claim, const uint64_t *since);

/* Takes it away if it stands there, and wakes who waits for it. Needs no lock. */
void ring_claim_give_up(struct ring_side *side, const struct ring_claimant *claim);

#endif
