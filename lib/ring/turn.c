/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns of producers that wait for room. */

#include "lib/ring/turn.h"

#include "lib/base/monotonic.h"
#include "lib/ring/claim.h"
#include "lib/ring/process.h"

#define STARVING_US 10000
#define SLEPT_THROUGH_NS UINT64_C(100000000)

/* Relaxed throughout: turns are read and written under the producers' lock, or for display. */

bool ring_turn_is_claim(const struct ring_side *side, uint64_t owner)
{
	return owner != 0 && atomic_load_explicit(&side->turn.owner, memory_order_relaxed) == owner;
}

/* Whether there is room for a message of any size, wherever the positions stand (padding included). */
static bool has_room_for_all(const struct ring *ring, const struct ring_cursor *cursor)
{
	uint64_t consumers =
		ring_word_position(atomic_load_explicit(&ring->header->consumers.word, memory_order_relaxed));
	uint64_t used = (cursor->position - consumers) & RING_POSITION_MASK;

	return used <= ring->capacity && ring->capacity - used >= 2 * ring_record_units(ring->max_message);
}

/* Whether there has been such room for 100 ms. A clock that differs from that of the turn's owner does no harm. */
static bool is_slept_through(struct ring *ring, const struct ring_cursor *cursor)
{
	_Atomic uint64_t *since = &ring->header->producers.turn.roomy;
	uint64_t now = (uint64_t)monotonic_ns(), first;

	if (!has_room_for_all(ring, cursor)) {
		atomic_store_explicit(since, 0, memory_order_relaxed);
		return false;
	}
	first = atomic_load_explicit(since, memory_order_relaxed);
	if (first == 0) {
		atomic_store_explicit(since, now, memory_order_relaxed);
		return false;
	}
	return now - first > SLEPT_THROUGH_NS;
}

/*
 * A producer that a turn keeps out waits for room, too. Otherwise the turns of others could keep it out for
 * ever.
 */
static void begin_to_wait(const struct ring_cursor *cursor, struct ring_patience *patience)
{
	if (patience->is_full)
		return;
	patience->is_full = true;
	patience->since = cursor->position;
	patience->starving_at = monotonic_in(STARVING_US);
}

bool ring_turn_lets_pass(struct ring *ring, const struct ring_cursor *cursor,
			 const struct ring_claimant *claim, struct ring_patience *patience)
{
	struct ring_side *side = &ring->header->producers;

	if (!ring_turn_is_claim(side, claim->owner))
		return false;
	if (patience->is_starving &&
	    (patience->turn.owner == claim->owner ||
	     patience->since < atomic_load_explicit(&side->turn.since, memory_order_relaxed)))
		return true;
	if (is_slept_through(ring, cursor))
		return true;
	begin_to_wait(cursor, patience);
	return false;
}

void ring_turn_take_if_due(struct ring *ring, const struct ring_cursor *cursor,
			   struct ring_patience *patience)
{
	struct ring_side *side = &ring->header->producers;

	begin_to_wait(cursor, patience);
	/* If no other producer has sent meanwhile, the ring is simply full. */
	if (!patience->is_starving || cursor->position == patience->since)
		return;
	patience->turn.position = cursor->position;
	if (!ring_claim_is(side, &patience->turn))
		ring_claim_make(side, &patience->turn, &patience->since);
}

void ring_turn_prepare(struct ring_patience *patience)
{
	struct timespec now;

	if (!patience->is_full || patience->is_starving)
		return;
	now = monotonic_in(0);
	/* Without /proc there are no claims, and so no turns. */
	if (monotonic_is_before(&patience->starving_at, &now) && ring_process_claim(&patience->turn) == 0)
		patience->is_starving = true;
}

void ring_turn_give_up(struct ring *ring, const struct ring_patience *patience)
{
	if (patience->is_starving)
		ring_claim_give_up(&ring->header->producers, &patience->turn);
}
