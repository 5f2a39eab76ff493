/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Entering a side whose lock is held, or on which another party has a claim. Whether the claim's process
 * lives is found out without the lock. If it does not, its claim is void; under the lock the claim is removed
 * only if it is still the same.
 */

#include "lib/ring/enter.h"

#include <errno.h>

#include "lib/ring/claim.h"
#include "lib/ring/turn.h"
#include "lib/ring/wait.h"

/* Under the lock: whether a claim keeps us out; *ret_claim is the claim. Removes the claim that was proven void. */
static bool is_claimed(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
		       struct ring_patience *patience, const struct ring_claimant *is_void,
		       struct ring_claimant *ret_claim)
{
	ring_claim_read(side, ret_claim);
	if (ret_claim->owner == 0 || ret_claim->position != cursor->position)
		return false;
	if (!ring_claim_is(side, is_void))
		return side != &ring->header->producers ||
		       !ring_turn_lets_pass(ring, cursor, ret_claim, patience);
	/* Relaxed: claims are made under the lock. */
	atomic_store_explicit(&side->claim.owner, 0, memory_order_relaxed);
	return false;
}

/* The expensive check is for a claim that we have met before, or if we shall not come again. */
static bool is_void(const struct ring *ring, const struct ring_claimant *claim, bool is_old)
{
	return ring_claimant_is_dead(claim) ||
	       (is_old && ring_claimant_runs_another_program(claim, ring->id));
}

/* Whether this thread made the claim through this handle: waiting for it, the thread would wait for itself. */
static bool is_own(const struct ring *ring, const struct ring_side *side, const struct ring_claimant *claim)
{
	return ring_hold_is_own(side == &ring->header->producers ? &ring->reserved : &ring->acquired, claim);
}

static int take(struct ring *ring, struct ring_side *side, struct ring_patience *patience, uint64_t *ret_word)
{
	int r = ring_admit(ring);

	if (r == 0)
		r = ring_lock_take(side, ring_patience_end(patience), ret_word);
	if (r == -ENOLCK && side == &ring->header->producers && ring_is_retired(ring))
		return -EIDRM; /* no producer has to enter a retired ring, so a lock that stays held does not matter */
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
		if (is_own(ring, side, &claim))
			return -EALREADY;
		if (is_void(ring, &claim, claim.owner == before.owner || patience->timeout == KIPC_NOW)) {
			to_void = claim;
			continue;
		}
		before = claim;
		r = ring_wait_for_claim(ring, side, ring_word_position(word), patience);
		if (r < 0)
			return r;
	}
}

int ring_leave_to_make_ready(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted)
{
	if (ring_lock_drop(side, cursor->word) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	return ring_ready_make(ring, cursor->offset, cursor->lacks, wanted);
}

int ring_leave_to_start_over(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted, ssize_t n, size_t *ret_n_messages)
{
	int r = ring_leave_to_make_ready(ring, side, cursor, wanted);

	if (n <= 0 || (r != -ENOBUFS && r != -ENOMEM))
		return r;
	*ret_n_messages = (size_t)n;
	return 0;
}
