/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a call waits for the other side. First it spins, since the other side often moves just then. After that:
 *
 * - A call that waits for room naps while the consumers move at all. A full ring is in no hurry, and each
 *   wake-up would cost a consumer more than its message.
 * - A call that waits for a message sleeps at once, until it is woken. But if other consumers took the
 *   message that woke it, they keep up with the traffic, and it naps too, so that the producers need not wake
 *   it again and again.
 *
 * When nothing has moved during a whole nap, the call sleeps until the other side rings, which costs nothing
 * meanwhile.
 */

#include "lib/ring/wait.h"

#include <errno.h>

#include "lib/base/monotonic.h"
#include "lib/ring/lock.h"
#include "lib/ring/nap.h"
#include "lib/ring/turn.h"

#define CLAIM_SLICE_US 100000

static bool has_left(const struct ring_side *side, uint64_t position)
{
	/* Relaxed: the caller reads the word again before it relies on it. */
	return ring_word_position(atomic_load_explicit(&side->word, memory_order_relaxed)) != position;
}

/* Naps once, and sleeps if the side has not moved meanwhile. */
static int nap_and_sleep(struct ring *ring, struct ring_side *side, uint64_t position,
			 struct ring_patience *patience)
{
	const struct timespec *until = ring_patience_end(patience);
	int r;

	r = ring_nap(patience->nap_ns, until);
	if (r < 0 && !has_left(side, position))
		return r;
	if (has_left(side, position)) {
		patience->nap_ns = ring_nap_longer(patience->nap_ns);
		return 0;
	}
	return ring_lock_sleep(side, &ring->header->retired, position, until);
}

/* -EAGAIN: the call must not wait; -ETIMEDOUT: it has waited long enough. */
static int check_patience(struct ring_patience *patience)
{
	if (patience->timeout == KIPC_NOW)
		return -EAGAIN;
	return ring_patience_is_over(patience) ? -ETIMEDOUT : 0;
}

int ring_wait_for_room(struct ring *ring, uint64_t position, struct ring_patience *patience)
{
	struct ring_side *consumers = &ring->header->consumers;
	int r;

	r = check_patience(patience);
	if (r < 0)
		return r;
	if (ring_spin_until_moved(&ring->sender, &consumers->word, position))
		return 0;
	ring_turn_prepare(patience);
	if (patience->nap_ns == 0)
		patience->nap_ns = RING_NAP_MIN_NS;
	r = nap_and_sleep(ring, consumers, position, patience);
	return r == 0 && ring_is_retired(ring) ? -EIDRM : r;
}

int ring_wait_for_message(struct ring *ring, uint64_t position, struct ring_patience *patience)
{
	struct ring_side *producers = &ring->header->producers;
	int r;

	if (ring_is_retired(ring))
		return -EIDRM; /* the caller has found it empty */
	r = check_patience(patience);
	if (r < 0)
		return r;
	if (patience->nap_ns > 0)
		return nap_and_sleep(ring, producers, position, patience);
	patience->nap_ns = RING_NAP_MIN_NS; /* for the next wait of this call */
	if (ring_spin_until_moved(&ring->receiver, &producers->word, position))
		return 0;
	return ring_lock_sleep(producers, &ring->header->retired, position, ring_patience_end(patience));
}

/* A claim that is given up rings. One whose process dies does not, so the sleep is cut into slices. */
int ring_wait_for_claim(struct ring *ring, struct ring_side *side, uint64_t position,
			struct ring_patience *patience)
{
	const _Atomic uint32_t *retired = side == &ring->header->producers ? &ring->header->retired : NULL;
	const struct timespec *until = ring_patience_end(patience);
	struct timespec slice = monotonic_in(CLAIM_SLICE_US);
	bool is_last = until != NULL && monotonic_is_before(until, &slice);
	int r;

	r = check_patience(patience);
	if (r < 0)
		return r;
	ring_turn_prepare(patience);
	r = ring_lock_sleep(side, retired, position, is_last ? until : &slice);
	if (r == -ETIMEDOUT && !is_last)
		r = 0;
	return r == 0 && retired != NULL && ring_is_retired(ring) ? -EIDRM : r;
}
