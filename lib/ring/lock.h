/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_LOCK_H
#define KIPC_LIB_RING_LOCK_H

/*
 * The word of one side of a ring: lock, position and bell in one (lib/ring/layout.h). The thread that holds
 * the lock may read and fill in the side's counts and move its position; moving and unlocking are one
 * compare-and-swap.
 *
 * The fast paths are inline: a call takes and leaves each lock once, with one atomic operation each.
 */

#include <stdbool.h>
#include <time.h>

#include "lib/ring/thread.h"
#include "lib/ring/word.h"

#ifdef RING_DEFECT_RELAXED_MOVE /* a seeded defect, which tests/ring-threads.sh must find */
#define RING_ORDER_OF_MOVE memory_order_relaxed
#else
#define RING_ORDER_OF_MOVE memory_order_release
#endif

/*
 * Takes the lock; *ret_word is the side's word then. Waits for the owner until `until` (CLOCK_MONOTONIC;
 * NULL: no limit), but at most one second in which the word does not change. If `until` has passed already,
 * it spins a little and does not wait. -ENOLCK: the owner does not leave the lock; -ETIMEDOUT; errors of
 * ring_thread_init().
 */
int ring_lock_take(struct ring_side *side, const struct timespec *until, uint64_t *ret_word);

/* The slow path of ring_lock_move(): threads sleep on the side, or the lock is not ours. */
int ring_lock_leave(struct ring_side *side, uint64_t position);

/*
 * Takes the lock if it is free; *ret_word is the side's word then. Whatever the last owner did happened
 * before. False: the lock is held, and ring_lock_take() has to wait for it. Only for a thread that is known.
 */
static inline bool ring_lock_try(struct ring_side *side, uint64_t *ret_word)
{
	uint64_t word, taken;

	ring_thread_announce(side);
	/* Relaxed: only a guess at what the compare-and-swap will find. */
	word = atomic_load_explicit(&side->word, memory_order_relaxed);
	taken = (word & ~RING_WORD_OWNER_DIED) | ring_thread.tid;
	/* Acquire: pairs with the release in ring_lock_move() and ring_lock_leave() of the last owner. */
	if (ring_word_owner(word) == 0 &&
	    atomic_compare_exchange_strong_explicit(&side->word, &word, taken, memory_order_acquire,
						    memory_order_relaxed)) {
		*ret_word = taken;
		return true;
	}
	ring_thread_announce(NULL);
	return false;
}

/*
 * Moves the side to `position` and unlocks it, in one step; wakes the threads that sleep until it moves.
 * `word` is what ring_lock_take() gave. -EBADMSG: the lock is no longer ours, because another program wrote
 * over it.
 */
static inline int ring_lock_move(struct ring_side *side, uint64_t word, uint64_t position)
{
	/*
	 * Release: what was written to the record and the counts, or read from the record, happened before
	 * the position that says so. Pairs with the acquire of ring_lock_take(), and with that of a thread
	 * that reads the other side's position.
	 */
	if (!(word & (RING_WORD_WAITERS | RING_WORD_SLEEPERS)) &&
	    atomic_compare_exchange_strong_explicit(&side->word, &word, ring_word_at(position),
						    RING_ORDER_OF_MOVE, memory_order_relaxed)) {
		ring_thread_announce(NULL);
		return 0;
	}
	return ring_lock_leave(side, position);
}

/* Unlocks the side without moving it. Sleepers sleep on. As ring_lock_move(). */
static inline int ring_lock_drop(struct ring_side *side, uint64_t word)
{
	return ring_lock_move(side, word, ring_word_position(word));
}

/*
 * Sleeps until the side has moved from `position` (its 31 bits), a thread rings, or `*retired` is set (NULL:
 * ignored). A sleeper uses no CPU. The caller holds no lock. -ETIMEDOUT: `until` has passed; -EINTR; errors
 * of ring_thread_init().
 */
int ring_lock_sleep(struct ring_side *side, const _Atomic uint32_t *retired, uint64_t position,
		    const struct timespec *until);

/* Wakes the threads that sleep on a side although it has not moved. The caller need not hold the lock. */
void ring_lock_ring(struct ring_side *side);

/* Wakes the threads that sleep on either side, after `retired` was set. */
void ring_lock_wake_retired(struct ring_header *header);

#endif
