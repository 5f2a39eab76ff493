/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The word of one side of a ring: the slow paths, for a lock that is held and for threads that sleep.
 *
 * Everything rests on two invariants, which hold at each single step, ours and the kernel's:
 * - A thread that owns the word, or sleeps on it, has announced it to the kernel. So if the thread dies, the
 *   kernel frees the lock and passes on the one wake-up that it gives.
 * - If a thread sleeps at the position that the word shows, one of these is true: SLEEPERS and WAITERS are
 *   set; or a thread holds the lock and has yet to wake all sleepers; or the lock is free and WAITERS alone
 *   is set. In the last case a death cut such a wake-up short, and the next thread that takes the lock, or
 *   that the death wakes, wakes all in its place.
 *
 * A sleeper waits on both halves of the word at once (futex_waitv(2)). The upper half changes whenever the
 * side moves, so no thread falls asleep waiting for a move that has already happened. On the lower half the
 * kernel wakes a thread when an owner has died. All sleepers are woken at once: waking one at a time would need
 * another bit, a chain of wake-ups, and one more system call for each sleep.
 */

#include "lib/ring/lock.h"

#include <errno.h>

#include "lib/base/monotonic.h"
#include "lib/ring/futex.h"
#include "lib/ring/nap.h"
#include "lib/ring/spin.h"

#define PATIENCE_US 1000000 /* how long an owner may take for work of microseconds */
#define CONTEND_SPINS 100
#define OLD_KERNEL_SLICE_US 100000

/* While a lock is held, only sleepers change the word, and each of them sets two bits once. */
#define TRIES_MAX 64

/* -- futexes -- */

static uint32_t *half_of(struct ring_side *side, size_t offset)
{
	return (uint32_t *)(void *)((char *)&side->word + offset);
}

/* For kernels before 5.16: they do not wake us when an owner dies, so the caller has to check from time to time. */
static int sleep_in_slices(const struct ring_futex *position, const struct timespec *until)
{
	struct timespec slice = monotonic_in(OLD_KERNEL_SLICE_US);
	bool is_last = until != NULL && monotonic_is_before(until, &slice);
	int r = ring_futex_wait(position, is_last ? until : &slice);

	return r == -ETIMEDOUT && !is_last ? 0 : r;
}

/* Sleeps while the word is `word`. 1: woken; 0: the caller must read the word again. */
static int sleep_on(struct ring_side *side, uint64_t word, const struct timespec *until)
{
	const struct ring_futex halves[] = {
		{ half_of(side, RING_WORD_POSITION_OFFSET), (uint32_t)(word >> 32), 0 },
		{ half_of(side, RING_WORD_LOCK_OFFSET), (uint32_t)word, 0 },
	};
	int r = ring_futex_wait_any(halves, 2, until);

	return r == -ENOSYS ? sleep_in_slices(&halves[0], until) : r;
}

/* -- taking and leaving -- */

/*
 * An owner holds the lock for some 50 ns, so spin a little. If that is not enough, the owner was preempted,
 * is stopped or copies a lot. Then nap, ever longer, instead of sleeping on the word: so the owner need not
 * wake us, which would cost it more than all its work. A nap also ends soon enough after the owner's death.
 */
int ring_lock_take(struct ring_side *side, const struct timespec *until, uint64_t *ret_word)
{
	struct timespec patience = { 0 }, now;
	uint64_t word, before = 0;
	long nap_ns = RING_NAP_MIN_NS;
	int r = 0;

	if (!ring_thread_is_known() && (r = ring_thread_init()) < 0)
		return r;
	ring_thread_announce(side);
	for (unsigned spins = 0;; spins++) {
		/* Relaxed: only a guess at what the compare-and-swap will find. */
		word = atomic_load_explicit(&side->word, memory_order_relaxed);
		if (ring_word_owner(word) == 0) {
			*ret_word = (word & ~RING_WORD_OWNER_DIED) | ring_thread.tid;
			/* Acquire: as in ring_lock_try(). */
			if (atomic_compare_exchange_weak_explicit(&side->word, &word, *ret_word,
								  memory_order_acquire, memory_order_relaxed))
				return 0;
			continue;
		}
		if (spins < CONTEND_SPINS && ring_spin_pays()) {
			ring_spin_pause();
			continue;
		}
		now = monotonic_in(0);
		if (word != before)
			patience = monotonic_in(PATIENCE_US);
		r = monotonic_is_before(&patience, &now) ? -ENOLCK : ring_nap(nap_ns, until);
		if (r == -EINTR)
			r = 0; /* a signal only shortens the nap */
		if (r < 0)
			break;
		before = word;
		nap_ns = ring_nap_longer(nap_ns);
	}
	ring_thread_announce(NULL);
	return r;
}

/*
 * One step of the owner: replaces the word by what `next` makes of it. *ret_left is the old word. False: the
 * lock is not ours.
 */
static bool owner_step(struct ring_side *side, uint64_t position,
		       uint64_t (*next)(uint64_t word, uint64_t position), uint64_t *ret_left)
{
	/* Relaxed: we wrote the word, or sleepers did, and they publish nothing but their bits. */
	uint64_t word = atomic_load_explicit(&side->word, memory_order_relaxed);

	for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
		if (ring_word_owner(word) != ring_thread.tid)
			return false;
		/* Release: as in ring_lock_move(). */
		if (atomic_compare_exchange_weak_explicit(&side->word, &word, next(word, position),
							  memory_order_release, memory_order_relaxed)) {
			*ret_left = word;
			return true;
		}
	}
	return false;
}

/*
 * The first step of leaving. If the side has not moved, threads that set SLEEPERS at this position may sleep
 * on. If no thread sleeps, unlocking is all. Otherwise the side has moved, but the lock is still held and
 * WAITERS stays set: if we die now, the kernel wakes one sleeper, which wakes the others.
 */
static uint64_t published(uint64_t word, uint64_t position)
{
	if ((word & RING_WORD_SLEEPERS) && ring_word_position(word) == (position & RING_POSITION_MASK))
		return word & ~RING_WORD_OWNER;
	if (!(word & (RING_WORD_WAITERS | RING_WORD_SLEEPERS)))
		return ring_word_at(position);
	return ring_word_at(position) | RING_WORD_WAITERS | ring_word_owner(word);
}

/*
 * The second step: threads that have set SLEEPERS since the first went to sleep at the new position, and
 * rightly so.
 */
static uint64_t let_go(uint64_t word, uint64_t position)
{
	if (word & RING_WORD_SLEEPERS)
		return ring_word_at(position) | RING_WORD_SLEEPERS | RING_WORD_WAITERS;
	return ring_word_at(position);
}

int ring_lock_leave(struct ring_side *side, uint64_t position)
{
	uint64_t left;
	bool is_ours;

	is_ours = owner_step(side, position, published, &left);
	if (is_ours && ring_word_owner(published(left, position)) != 0) {
		ring_futex_wake_all(half_of(side, RING_WORD_POSITION_OFFSET));
		is_ours = owner_step(side, position, let_go, &left);
	}
	ring_thread_announce(NULL);
	return is_ours ? 0 : -EBADMSG;
}

/* -- sleeping -- */

/*
 * A free lock with WAITERS but without SLEEPERS: an owner moved the side and died before it had woken all
 * sleepers.
 */
static bool wake_is_owed(uint64_t word)
{
	return ring_word_owner(word) == 0 && (word & RING_WORD_WAITERS) && !(word & RING_WORD_SLEEPERS);
}

static void pay_owed_wake(struct ring_side *side)
{
	/* Relaxed: we read nothing that depends on it. */
	uint64_t word = atomic_load_explicit(&side->word, memory_order_relaxed);

	if (wake_is_owed(word) && ring_lock_take(side, NULL, &word) == 0)
		(void)ring_lock_drop(side, word); /* WAITERS without SLEEPERS: this wakes all */
}

int ring_lock_sleep(struct ring_side *side, const _Atomic uint32_t *retired, uint64_t position,
		    const struct timespec *until)
{
	const uint64_t bell = RING_WORD_WAITERS | RING_WORD_SLEEPERS;
	uint64_t word;
	int r = 0;

	if (!ring_thread_is_known() && (r = ring_thread_init()) < 0)
		return r;
	/* Relaxed: for display. */
	atomic_fetch_add_explicit(&side->waits, 1, memory_order_relaxed);
	while (r == 0) {
		ring_thread_announce(side);
		/* Acquire: pairs with the release of the move that ends the wait, and of ring_lock_ring(). */
		word = atomic_load_explicit(&side->word, memory_order_acquire);
		/*
		 * Relaxed: if `retired` was set before the word changed for it, the acquire above makes that
		 * visible here.
		 */
		if (ring_word_position(word) != position ||
		    (retired != NULL && atomic_load_explicit(retired, memory_order_relaxed) != 0))
			break;
		/*
		 * Relaxed: only the word itself matters here, and all changes of one word have one order:
		 * either the next owner's step finds our bits, or we find its position.
		 */
		if ((word & bell) != bell &&
		    !atomic_compare_exchange_strong_explicit(&side->word, &word, word | bell,
							     memory_order_relaxed, memory_order_relaxed))
			continue;
		r = sleep_on(side, word | bell, until);
		pay_owed_wake(side);
	}
	pay_owed_wake(side);
	ring_thread_announce(NULL);
	return r < 0 ? r : 0;
}

/*
 * Release: woken threads see what was stored before. A thread that is about to sleep on the old word finds
 * that it has changed, and a thread that sets SLEEPERS again has seen this change. So if the word now says
 * that a wake-up is owed, one is.
 */
void ring_lock_ring(struct ring_side *side)
{
	atomic_fetch_and_explicit(&side->word, ~RING_WORD_SLEEPERS, memory_order_release);
	ring_futex_wake_all(half_of(side, RING_WORD_POSITION_OFFSET));
}

void ring_lock_wake_retired(struct ring_header *header)
{
	ring_lock_ring(&header->producers);
	ring_lock_ring(&header->consumers);
}
