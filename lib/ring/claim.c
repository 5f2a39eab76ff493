/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Claims in the segment: reading, making and giving up. */

#include "lib/ring/claim.h"

#include "lib/ring/lock.h"

/*
 * Relaxed, where nothing else is said: claims are made under their side's lock, and removing one publishes
 * nothing.
 */

void ring_claim_read(const struct ring_side *side, struct ring_claimant *ret_claim)
{
	ret_claim->owner = atomic_load_explicit(&side->claim.owner, memory_order_relaxed);
	ret_claim->started = atomic_load_explicit(&side->claim.started, memory_order_relaxed);
	ret_claim->position = atomic_load_explicit(&side->claim.position, memory_order_relaxed);
}

bool ring_claim_is(const struct ring_side *side, const struct ring_claimant *claim)
{
	struct ring_claimant now;

	ring_claim_read(side, &now);
	return now.owner == claim->owner && now.started == claim->started && now.position == claim->position;
}

void ring_claim_make(struct ring_side *side, const struct ring_claimant *claim, const uint64_t *since)
{
	/* Release, here and at the end: a claim that a death cut short must not name a process that lives. */
	atomic_store_explicit(&side->claim.owner, 0, memory_order_release);
	atomic_store_explicit(&side->claim.started, claim->started, memory_order_release);
	atomic_store_explicit(&side->claim.position, claim->position, memory_order_relaxed);
	atomic_store_explicit(&side->turn.owner, since != NULL ? claim->owner : 0, memory_order_relaxed);
	atomic_store_explicit(&side->turn.since, since != NULL ? *since : 0, memory_order_relaxed);
	atomic_store_explicit(&side->turn.roomy, 0, memory_order_relaxed);
	atomic_store_explicit(&side->claim.owner, claim->owner, memory_order_release);
}

void ring_claim_give_up(struct ring_side *side, const struct ring_claimant *claim)
{
	uint64_t owner = claim->owner;

	/* Release: what the claim's process did happened before whatever the next claim's process does. */
	if (atomic_compare_exchange_strong_explicit(&side->claim.owner, &owner, 0, memory_order_release,
						    memory_order_relaxed))
		ring_lock_ring(side); /* waiting threads sleep until the side moves, which it does not */
}
