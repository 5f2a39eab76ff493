/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_TURN_H
#define KIPC_LIB_RING_TURN_H

/*
 * Room in bounded time. Producers that wait for room look for it again and again, and a small message finds some where a
 * large one does not. So a producer that has waited for 10 ms, while others went by, claims the producers' side where it stands
 * without having room yet: its turn. As long as it waits, nobody else takes what becomes free.
 *
 * Bounded: a producer that has waited that long has the turn at its next look unless one has it that has waited longer. So it
 * gets room when the consumers have taken twice the ring for each of those, and for itself: once what was in it, and once
 * what others put in before it woke up to take its turn.
 *
 * A turn stands for nothing in the data area, so it may be taken away: by a producer that has waited longer, and by any when
 * there has been room for every message for 100 ms, since then its owner is stopped or jumped out of its call.
 */

#include "lib/ring/cursor.h"
#include "lib/ring/patience.h"

/* Under the lock: whether that claim does not keep us out. */
bool ring_turn_is_ours(struct ring *ring, const struct ring_cursor *cursor, const struct ring_claimant *claim,
		       struct ring_patience *patience);

/* Under the lock, for one that finds no room: remembers since when, or takes the turn. */
void ring_turn_look(struct ring *ring, const struct ring_cursor *cursor, struct ring_patience *patience);

/* Without the lock, before the next look: whether it has waited for long. */
void ring_turn_prepare(struct ring_patience *patience);

/* After a wait in vain. */
void ring_turn_give_up(struct ring *ring, const struct ring_patience *patience);

/* Whether a claim is only a turn. */
bool ring_turn_is_claim(const struct ring_side *side, uint64_t owner);

#endif
