/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_TURN_H
#define KIPC_LIB_RING_TURN_H

/*
 * Room in bounded time. Waiting producers look for room again and again, and a small message finds some where
 * a large one does not. So a producer that has waited for 10 ms, while others sent, claims the producers'
 * side where it stands, without having room yet. That claim is its turn. While it has the turn and waits, no
 * other producer takes the room that becomes free.
 *
 * The wait is bounded: a producer that has waited that long gets the turn at its next look, unless the
 * producer that has the turn has waited longer. So it gets room when the consumers have taken twice the
 * capacity of the ring for each such producer, and for itself: once what was in the ring, and once what
 * others sent before the producer woke up to take its turn.
 *
 * A turn protects nothing in the data area, so it may be taken away: by a producer that has waited longer,
 * and by any producer when there has been room for every message for 100 ms, because then the owner of the
 * turn is stopped, or has jumped out of its call.
 */

#include "lib/ring/cursor.h"
#include "lib/ring/patience.h"

/*
 * Under the lock: whether this call may send although there is that claim, because the claim is a turn that
 * it may take away.
 */
bool ring_turn_lets_pass(struct ring *ring, const struct ring_cursor *cursor,
			 const struct ring_claimant *claim, struct ring_patience *patience);

/*
 * Under the lock, for a call that finds no room: notes since when it waits, or takes the turn if it has
 * waited long enough.
 */
void ring_turn_take_if_due(struct ring *ring, const struct ring_cursor *cursor,
			   struct ring_patience *patience);

/* Without the lock, before the call looks again: finds out whether it has waited long enough for a turn. */
void ring_turn_prepare(struct ring_patience *patience);

/* For a call that has failed: gives up the turn if it has one. */
void ring_turn_give_up(struct ring *ring, const struct ring_patience *patience);

/* Whether the claim with that owner is only a turn. */
bool ring_turn_is_claim(const struct ring_side *side, uint64_t owner);

#endif
