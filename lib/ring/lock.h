/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_LOCK_H
#define KIPC_LIB_RING_LOCK_H

/*
 * The word of one side of a ring: lock, position and bell in one (lib/ring/layout.h). Whoever holds it may look at the
 * side's counts and move its position; moving and letting go are one compare-and-swap.
 *
 * The fast paths are inline: a call takes and leaves each lock once, with one atomic operation each.
 */

#include <stdbool.h>
#include <time.h>

#include "lib/ring/word.h"

#ifdef RING_DEFECT_RELAXED_MOVE /* seeded: tests/ring-threads.sh must find it */
#define RING_ORDER_OF_MOVE memory_order_relaxed
#else
#define RING_ORDER_OF_MOVE memory_order_release
#endif

/* A thread as the kernel's robust futexes know it. */
struct ring_thread {
	const _Atomic uint32_t
		*mark; /* of its process (lib/ring/process.h); 0 there: the rest is not known */
	uint32_t tid;
	struct robust_list_head *robust;
};

/* Initial-exec: one instruction to reach, and 24 bytes of the room that libc keeps for libraries loaded late. */
extern _Thread_local struct ring_thread ring_thread __attribute__((tls_model("initial-exec")));

/* Fills in ring_thread. -ENOSYS: this C library gave the thread no robust list; errors of ring_process_know(). */
int ring_thread_init(void);

/* Whether this thread has been here before, as a thread of this process: a child of a fork is another one. */
static inline bool ring_thread_is_known(void)
{
	/* Relaxed: this thread has seen what was stored before it, or there is a 0. */
	return atomic_load_explicit(ring_thread.mark, memory_order_relaxed) != 0;
}

/*
 * Tells the kernel which lock this thread is about to take, holds, or sleeps on; NULL: none. Should the thread die, the
 * kernel looks at this lock: it frees it if the thread held it, and wakes a sleeper. The entry is given such that the
 * lock lies at the list's futex_offset from it; the kernel only computes with the address.
 */
static inline void ring_thread_announce(struct ring_side *side)
{
	struct robust_list_head *robust = ring_thread.robust;
	char *entry = NULL;

#ifndef RING_DEFECT_UNANNOUNCED /* seeded: tests/ring-storm.sh must find it */
	if (side != NULL)
		entry = (char *)&side->word + RING_WORD_LOCK_OFFSET - robust->futex_offset;
#endif
	/* Volatile and fenced against the compiler alone: the kernel reads it on this very thread's way out. */
	atomic_signal_fence(memory_order_seq_cst);
	*(struct robust_list *volatile *)&robust->list_op_pending = (struct robust_list *)entry;
	atomic_signal_fence(memory_order_seq_cst);
}

/*
 * Takes the lock. `until` (CLOCK_MONOTONIC; NULL: no bound) bounds the wait for an owner, and so does one second in
 * which nothing changes. Where `until` is over, it spins a little and does not wait. -ENOLCK: the owner does not go on;
 * -ETIMEDOUT; errors of ring_thread_init().
 */
int ring_lock_take(struct ring_side *side, const struct timespec *until, uint64_t *ret_word);

/* The rest of ring_lock_move(). */
int ring_lock_leave(struct ring_side *side, uint64_t position);

/*
 * Takes the lock if it is free; *ret_word is the side's word then. What the last owner did happened before. False: it is
 * held: ring_lock_take() does the rest. Only for a thread that is known.
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
 * Moves the side to `position` and lets go, in one instant; wakes who sleeps until it moves. `word` is what
 * ring_lock_take() gave. -EBADMSG: the lock is no longer ours: somebody wrote over it.
 */
static inline int ring_lock_move(struct ring_side *side, uint64_t word, uint64_t position)
{
	/*
	 * Release: what was written to the record and the counts, or read from the record, happened before the position
	 * that says so; pairs with the acquire of ring_lock_take() and of whoever reads the other side's position.
	 */
	if (!(word & (RING_WORD_WAITERS | RING_WORD_SLEEPERS)) &&
	    atomic_compare_exchange_strong_explicit(&side->word, &word, ring_word_at(position),
						    RING_ORDER_OF_MOVE, memory_order_relaxed)) {
		ring_thread_announce(NULL);
		return 0;
	}
	return ring_lock_leave(side, position);
}

/* Lets go without having moved. Sleepers sleep on. */
static inline int ring_lock_drop(struct ring_side *side, uint64_t word)
{
	return ring_lock_move(side, word, ring_word_position(word));
}

/*
 * Sleeps until the side has moved from `position` (its 31 bits), somebody rings, or `retired` (NULL: ignored) is set. It costs
 * nothing meanwhile. The caller holds no lock.
 *
 * -ETIMEDOUT: `until`; -EINTR; errors of ring_thread_init().
 */
int ring_lock_sleep(struct ring_side *side, const _Atomic uint32_t *retired, uint64_t position,
		    const struct timespec *until);

/* Wakes those who sleep on a side, which need not have moved. The caller need not hold the lock. */
void ring_lock_ring(struct ring_side *side);

/* Wakes who sleeps, after `retired` was set. */
void ring_lock_wake_retired(struct ring_header *header);

#endif
