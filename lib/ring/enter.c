/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Entering a side whose lock is taken or on which somebody has a claim: the rest of ring_enter(). Whether the claim's process
 * lives is found out without the lock; what is found counts only if the same claim still stands there afterwards.
 */

#include "lib/ring/enter.h"

#include <errno.h>

#include "lib/ring/claim.h"
#include "lib/ring/process.h"
#include "lib/ring/turn.h"
#include "lib/ring/wait.h"

/* Under the lock: whether there is a claim that holds for us. One that was proven void is taken away. */
static bool is_claimed(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
		       struct ring_patience *patience, const struct ring_claimant *is_void,
		       struct ring_claimant *ret_claim)
{
	ring_claim_read(side, ret_claim);
	if (ret_claim->owner == 0 || ret_claim->position != cursor->position)
		return false;
	if (!ring_claim_is(side, is_void))
		return side != &ring->header->producers ||
		       !ring_turn_is_ours(ring, cursor, ret_claim, patience);
	/* Relaxed: claims are made under the lock. */
	atomic_store_explicit(&side->claim.owner, 0, memory_order_relaxed);
	return false;
}

/* What takes longer is looked at when a claim has been there for a while, or we shall not come again. */
static bool is_void(const struct ring *ring, const struct ring_claimant *claim, bool is_old)
{
	return ring_process_is_dead(claim) || (is_old && ring_process_is_another(claim, ring->id));
}

static int take(struct ring *ring, struct ring_side *side, struct ring_patience *patience, uint64_t *ret_word)
{
	int r = ring_admit(ring);

	if (r == 0)
		r = ring_lock_take(side, ring_patience_end(patience), ret_word);
	if (r == -ENOLCK && side == &ring->header->producers && ring_is_retired(ring))
		return -EIDRM; /* whoever died in there, nobody else has to come in */
	return r == -ETIMEDOUT && patience->timeout == KIPC_NOW ? -EAGAIN : r;
}

int ring_enter_slowly(struct ring *ring, struct ring_side *side, uint64_t word,
		      struct ring_patience *patience, struct ring_cursor *ret_cursor)
{
	struct ring_claimant claim = { 0 }, before = { 0 }, to_void = { 0 };
	bool is_sound;
	int r = 0;

	for (;; word = 0) {
		if (word == 0)
			r = take(ring, side, patience, &word);
		if (r < 0)
			return r;
		is_sound = ring_cursor_read(ring, side, word, ret_cursor);
		if (is_sound && !is_claimed(ring, side, ret_cursor, patience, &to_void, &claim))
			return 0;
		if (ring_lock_drop(side, word) < 0)
			return ring_broken(ring, KIPC_RING_LOCK);
		if (!is_sound)
			return ring_broken(ring, KIPC_RING_COUNTS);
		if (ring_hold_is_own(ring, side, &claim))
			return -EALREADY; /* it would wait for itself */
		if (is_void(ring, &claim, claim.owner == before.owner || patience->timeout == KIPC_NOW)) {
			to_void = claim;
			continue;
		}
		before = claim;
		r = ring_await_claim(ring, side, ring_word_position(word), patience);
		if (r < 0)
			return r;
	}
}

int ring_leave_to_make_ready(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted)
{
	if (ring_lock_drop(side, cursor->word) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	return ring_make_ready(ring, cursor->offset, cursor->lacks, wanted);
}
