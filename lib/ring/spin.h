/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_SPIN_H
#define KIPC_LIB_RING_SPIN_H

/*
 * Waiting awake, for at most 20 µs, before going to sleep: a wake-up across CPUs takes some 50 µs, a cache
 * line a tenth of one. Each direction of a handle learns whether spinning pays: after a spin in vain, the
 * next few are skipped, twice as many each time.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What one direction of a handle has learnt. Threads may share it; a lost update does no harm. */
struct ring_spin {
	_Atomic unsigned to_skip; /* spins still to be skipped */
	_Atomic unsigned skips;	  /* how many were skipped after the last spin in vain */
};

/* Whether another CPU could change anything while this one spins. */
bool ring_spin_pays(void);

/* Spins until the position of `*word` is no longer `position`. False: it still is; the caller goes to sleep. */
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
