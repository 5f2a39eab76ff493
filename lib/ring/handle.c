/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a thread may use a handle, and what is held through it. */

#include "lib/ring/handle.h"

#include "lib/ring/process.h"

int ring_admit_slowly(struct ring *ring)
{
	int r = 0;

	if (!ring_thread_is_known())
		r = ring_thread_init();
	if (r == 0)
		r = ring_process_check_namespace(ring->pid_namespace);
	/* Relaxed: all threads store the same. */
	if (r == 0)
		atomic_store_explicit(&ring->mark,
				      atomic_load_explicit(ring_thread.mark, memory_order_relaxed),
				      memory_order_relaxed);
	return r;
}

bool ring_hold_is_ours(const struct ring_hold *hold)
{
	uint32_t mark = atomic_load_explicit(&hold->mark, memory_order_relaxed);

	return mark != 0 && mark == atomic_load_explicit(ring_thread.mark, memory_order_relaxed);
}

bool ring_hold_is_own(const struct ring *ring, const struct ring_side *side,
		      const struct ring_claimant *claim)
{
	const struct ring_hold *hold = side == &ring->header->producers ? &ring->reserved : &ring->acquired;

	return ring_hold_is_ours(hold) &&
	       atomic_load_explicit(&hold->tid, memory_order_relaxed) == ring_thread.tid &&
	       hold->claim.owner == claim->owner;
}
