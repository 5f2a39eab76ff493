/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The word of one side of a ring: what happens when its fast paths do not do. Called by ring.c and ring/claim.c.
 *
 * Two invariants carry everything, at each of the kernel's and our own steps:
 * - a thread that owns the word, or sleeps on it, has announced it to the kernel, so that its death frees the lock
 *   and passes on the one wake that the kernel gives;
 * - when somebody sleeps at the position that the word shows, SLEEPERS and WAITERS are set, or the lock is held by
 *   a thread that has yet to wake all, or WAITERS alone is set on a free lock: then a death cut such a wake short, and
 *   whoever takes the lock next, or is woken by that death, wakes all in its place.
 *
 * A sleeper waits on both halves of the word at once (futex_waitv(2)): the upper one changes whenever the side moves,
 * so that nobody goes to sleep on what is over; at the lower one the kernel wakes when an owner died.
 */

#include "lib/ring/lock.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/ring/futex.h"
#include "lib/ring/pause.h"
#include "lib/ring/process.h"

#define PATIENCE_US 1000000 /* how long an owner may take for what lasts microseconds */
#define CONTEND_SPINS 100
#define OLD_KERNEL_SLICE_US 100000

/* A word changes under its owner's hands only by sleepers, and they set two bits once. */
#define TRIES_MAX 64

/* What the mark of a thread points to that has not been here. */
static const _Atomic uint32_t no_mark;

_Thread_local struct ring_thread ring_thread = { .mark = &no_mark };

/*
 * glibc registers the list of each thread as it starts; musl does when a thread first takes a robust mutex that processes
 * could share. This one lives in our memory alone, for a moment.
 */
static void register_robust_list(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;

	if (pthread_mutexattr_init(&attributes) != 0)
		return;
	if (pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
	    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
	    pthread_mutex_init(&mutex, &attributes) == 0) {
		if (pthread_mutex_lock(&mutex) == 0)
			pthread_mutex_unlock(&mutex);
		pthread_mutex_destroy(&mutex);
	}
	pthread_mutexattr_destroy(&attributes);
}

static struct robust_list_head *robust_list(void)
{
	struct robust_list_head *robust = NULL;
	size_t size = 0;

	if (syscall(SYS_get_robust_list, 0, &robust, &size) < 0 || size != sizeof *robust)
		return NULL;
	return robust;
}

int ring_thread_init(void)
{
	struct robust_list_head *robust = robust_list();
	const _Atomic uint32_t *mark;
	int r;

	if (robust == NULL) {
		register_robust_list();
		robust = robust_list();
	}
	if (robust == NULL)
		return -ENOSYS;
	r = ring_process_know(&mark);
	if (r < 0)
		return r;
	ring_thread.robust = robust;
	ring_thread.tid = (uint32_t)syscall(SYS_gettid);
	ring_thread.mark = mark;
	return 0;
}

/* -- futexes -- */

static uint32_t *half_of(struct ring_side *side, size_t offset)
{
	return (uint32_t *)(void *)((char *)&side->word + offset);
}

/* For kernels before 5.16: nobody tells us of an owner's death then, so look again from time to time. */
static int sleep_in_slices(const struct ring_futex *position, const struct timespec *until)
{
	struct timespec slice = ring_time_in(OLD_KERNEL_SLICE_US);
	bool is_last = until != NULL && ring_time_is_before(until, &slice);
	int r = ring_futex_wait(position, is_last ? until : &slice);

	return r == -ETIMEDOUT && !is_last ? 0 : r;
}

/* Sleeps as long as the word is `word`. 1: woken; 0: look again. */
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
 * Others are in there for some 50 ns, so spin a little. If that does not do, the owner was preempted, is stopped or
 * copies much: nap instead of sleeping on the word, for then it need not wake us, which would cost it more than its
 * whole work, and ever longer. A dead owner is noticed after a nap as well.
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
		now = ring_time_in(0);
		if (word != before)
			patience = ring_time_in(PATIENCE_US);
		r = ring_time_is_before(&patience, &now) ? -ENOLCK : ring_nap(nap_ns, until);
		if (r == -EINTR)
			r = 0; /* a signal shortens the nap, no more */
		if (r < 0)
			break;
		before = word;
		nap_ns = ring_longer_nap(nap_ns);
	}
	ring_thread_announce(NULL);
	return r;
}

/* One step of an owner: from any word it may find to what `next` makes of it. False: the lock is not ours. */
static bool owner_step(struct ring_side *side, uint64_t position,
		       uint64_t (*next)(uint64_t word, uint64_t position), uint64_t *ret_left)
{
	/* Relaxed: we wrote it, or sleepers did, who tell us nothing but their bits. */
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
 * Where nothing moved, those who set SLEEPERS at this position may sleep on. Where nobody sleeps, letting go is all.
 * Otherwise: moved, still held, and WAITERS left set: should we die now, the kernel wakes one, who wakes the others.
 */
static uint64_t published(uint64_t word, uint64_t position)
{
	if ((word & RING_WORD_SLEEPERS) && ring_word_position(word) == (position & RING_POSITION_MASK))
		return word & ~RING_WORD_OWNER;
	if (!(word & (RING_WORD_WAITERS | RING_WORD_SLEEPERS)))
		return ring_word_at(position);
	return ring_word_at(position) | RING_WORD_WAITERS | ring_word_owner(word);
}

/* Who set SLEEPERS since then went to sleep at the new position, and rightly. */
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

/* A free lock with WAITERS but no SLEEPERS: an owner moved the side and died before it had woken all. */
static bool wake_is_owed(uint64_t word)
{
	return ring_word_owner(word) == 0 && (word & RING_WORD_WAITERS) && !(word & RING_WORD_SLEEPERS);
}

static void pay_owed_wake(struct ring_side *side)
{
	/* Relaxed: nothing is read on the strength of it. */
	uint64_t word = atomic_load_explicit(&side->word, memory_order_relaxed);

	if (wake_is_owed(word) && ring_lock_take(side, NULL, &word) == 0)
		(void)ring_lock_drop(side, word); /* WAITERS without SLEEPERS: wakes all */
}

int ring_lock_sleep(struct ring_side *side, const _Atomic uint32_t *retired, uint64_t position,
		    const struct timespec *until)
{
	const uint64_t bell = RING_WORD_WAITERS | RING_WORD_SLEEPERS;
	uint64_t word;
	int r = 0;

	if (!ring_thread_is_known() && (r = ring_thread_init()) < 0)
		return r;
	/* Relaxed: a figure for people. */
	atomic_fetch_add_explicit(&side->waits, 1, memory_order_relaxed);
	while (r == 0) {
		ring_thread_announce(side);
		/* Acquire: pairs with the release of the move that ends the wait, and of ring_lock_ring(). */
		word = atomic_load_explicit(&side->word, memory_order_acquire);
		/* Relaxed: where it was set before the word was changed for it, it is seen here. */
		if (ring_word_position(word) != position ||
		    (retired != NULL && atomic_load_explicit(retired, memory_order_relaxed) != 0))
			break;
		/*
		 * Relaxed: the word is all that is agreed on here, and the changes of one word have one order: either the
		 * next owner's step finds our bits, or we find its position.
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
 * Release: threads that are woken see what was stored before. A thread that is about to sleep on the old word finds another
 * one, and a thread that sets SLEEPERS again has seen this change. So if the word says that a wake is owed now, it is.
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
