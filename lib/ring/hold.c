/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose a hold is. A fork copies the handle, with the hold, into a child that does not have the claim. */

#include "lib/ring/hold.h"

#include "lib/ring/thread.h"

/* Relaxed throughout: the thread that made the hold, or learnt of it from that thread, sees its values. */

bool ring_hold_is_ours(const struct ring_hold *hold)
{
	uint32_t mark = atomic_load_explicit(&hold->mark, memory_order_relaxed);

	return mark != 0 && mark == ring_thread_mark();
}

bool ring_hold_is_own(const struct ring_hold *hold, const struct ring_claimant *claim)
{
	return ring_hold_is_ours(hold) &&
	       atomic_load_explicit(&hold->tid, memory_order_relaxed) == ring_thread.tid &&
	       hold->claim.owner == claim->owner;
}
