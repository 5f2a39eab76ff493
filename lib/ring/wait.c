/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a call waits for the other side. First awake, since the other side is often just there. Then:
 *
 * - Who waits for room naps as long as the consumers move at all: nobody hurries on a full ring, and each wake would
 *   cost a consumer more than its message.
 * - Who waits for a message sleeps until he is woken, at once. But if others took what he was woken for, they keep up,
 *   and he naps too, so that the producers need not go on waking him.
 *
 * Once a whole nap passes and nothing has moved, there is nothing to do but to sleep, at no cost to anybody, until the
 * other side rings.
 */

#include "lib/ring/wait.h"

#include <errno.h>

#include "lib/ring/turn.h"

#define CLAIM_SLICE_US 100000

static bool has_left(const struct ring_side *side, uint64_t position)
{
	/* Relaxed: the caller reads it again before he goes by it. */
	return ring_word_position(atomic_load_explicit(&side->word, memory_order_relaxed)) != position;
}

/* Naps once, and sleeps if that changed nothing. */
static int nap_and_sleep(struct ring *ring, struct ring_side *side, uint64_t position,
			 struct ring_patience *patience)
{
	const struct timespec *until = ring_patience_end(patience);
	int r;

	r = ring_nap(patience->nap_ns, until);
	if (r < 0 && !has_left(side, position))
		return r;
	if (has_left(side, position)) {
		patience->nap_ns = ring_longer_nap(patience->nap_ns);
		return 0;
	}
	return ring_lock_sleep(side, &ring->header->retired, position, until);
}

int ring_await_room(struct ring *ring, uint64_t position, struct ring_patience *patience)
{
	struct ring_side *consumers = &ring->header->consumers;
	int r;

	if (patience->timeout == KIPC_NOW)
		return -EAGAIN;
	if (ring_patience_is_over(patience))
		return -ETIMEDOUT;
	if (ring_spin_until_moved(&ring->sender, &consumers->word, position))
		return 0;
	ring_turn_prepare(patience);
	if (patience->nap_ns == 0)
		patience->nap_ns = RING_NAP_MIN_NS;
	r = nap_and_sleep(ring, consumers, position, patience);
	return r == 0 && ring_is_retired(ring) ? -EIDRM : r;
}

int ring_await_message(struct ring *ring, uint64_t position, struct ring_patience *patience)
{
	struct ring_side *producers = &ring->header->producers;

	if (ring_is_retired(ring))
		return -EIDRM; /* what was in it has been fetched */
	if (patience->timeout == KIPC_NOW)
		return -EAGAIN;
	if (ring_patience_is_over(patience))
		return -ETIMEDOUT;
	if (patience->nap_ns > 0)
		return nap_and_sleep(ring, producers, position, patience);
	patience->nap_ns = RING_NAP_MIN_NS; /* for the next time in this call */
	if (ring_spin_until_moved(&ring->receiver, &producers->word, position))
		return 0;
	return ring_lock_sleep(producers, &ring->header->retired, position, ring_patience_end(patience));
}

/* A claim that is given up rings, but one whose process dies does not. */
int ring_await_claim(struct ring *ring, struct ring_side *side, uint64_t position,
		     struct ring_patience *patience)
{
	const _Atomic uint32_t *retired = side == &ring->header->producers ? &ring->header->retired : NULL;
	const struct timespec *until = ring_patience_end(patience);
	struct timespec slice = ring_time_in(CLAIM_SLICE_US);
	bool is_last = until != NULL && ring_time_is_before(until, &slice);
	int r;

	if (patience->timeout == KIPC_NOW)
		return -EAGAIN;
	if (ring_patience_is_over(patience))
		return -ETIMEDOUT;
	ring_turn_prepare(patience);
	r = ring_lock_sleep(side, retired, position, is_last ? until : &slice);
	if (r == -ETIMEDOUT && !is_last)
		r = 0;
	return r == 0 && retired != NULL && ring_is_retired(ring) ? -EIDRM : r;
}
