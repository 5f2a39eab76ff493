/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PAUSE_H
#define KIPC_LIB_RING_PAUSE_H

/*
 * Waiting without being woken: awake, where that is shorter than going to sleep (a wake-up across CPUs takes some 50 µs,
 * a cache line a tenth of one), or in naps, where others keep things moving anyway. Whether spinning pays is learnt:
 * after a spin in vain some are left out, twice as many each time.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define RING_NAP_MIN_NS 50000
#define RING_NAP_MAX_NS 1000000

/* A point of CLOCK_MONOTONIC. */
struct timespec ring_time_in(int64_t microseconds);
bool ring_time_is_before(const struct timespec *a, const struct timespec *b);

/* -ETIMEDOUT: `until` (NULL: no bound) is over; -EINTR. */
int ring_nap(long nanoseconds, const struct timespec *until);

static inline long ring_longer_nap(long nanoseconds)
{
	return nanoseconds * 2 < RING_NAP_MAX_NS ? nanoseconds * 2 : RING_NAP_MAX_NS;
}

/* Lies in a handle, one a direction; threads may share it, a lost update does no harm. */
struct ring_spin {
	_Atomic unsigned to_skip; /* spins still to be left out */
	_Atomic unsigned skips;	  /* how many will be after the next one in vain */
};

/* Whether another CPU could change anything while this one spins. */
bool ring_spin_pays(void);

/* Spins until `*word` has another position, for some 20 µs at most. False: it has not, go to sleep. */
bool ring_spin_until_moved(struct ring_spin *spin, const _Atomic uint64_t *word, uint64_t position);

static inline void ring_spin_pause(void)
{
#if defined __x86_64__ || defined __i386__
	__builtin_ia32_pause();
#elif defined __aarch64__ || defined __arm__
	__asm__ volatile("yield");
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

#endif
