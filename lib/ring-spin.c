/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Waiting awake before going to sleep. Called where a ring is empty or full; burns 20 µs at most, none on a machine with
 * one CPU, and ever less often where it never helps (both parties on one CPU, or slow traffic).
 */

#include <time.h>
#include <unistd.h>

#include "lib/ring-lock.h"
#include "lib/ring-spin.h"

#define SPIN_NS 20000
#define SKIPS_MAX 255
#define POLLS_PER_CLOCK 32

bool ring_spin_pays(void)
{
	static _Atomic long cpus;
	/* Relaxed: a fact about the machine, learnt once. */
	long n = atomic_load_explicit(&cpus, memory_order_relaxed);

	if (n == 0) {
		/* The machine's, not this thread's: the other party may run where we may not. */
		n = sysconf(_SC_NPROCESSORS_ONLN);
		atomic_store_explicit(&cpus, n, memory_order_relaxed);
	}
	return n > 1;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool spin(const _Atomic uint64_t *word, uint64_t position)
{
	int64_t end = now_ns() + SPIN_NS;

	do {
		for (unsigned i = 0; i < POLLS_PER_CLOCK; i++) {
			/* Relaxed: the caller reads it again before it goes by it. */
			if (ring_word_position(atomic_load_explicit(word, memory_order_relaxed)) != position)
				return true;
			ring_spin_pause();
		}
	} while (now_ns() < end);
	return false;
}

/* Relaxed throughout: a guess about the future. */
bool ring_spin_until_moved(struct ring_spin *spin_state, const _Atomic uint64_t *word, uint64_t position)
{
	unsigned to_skip = atomic_load_explicit(&spin_state->to_skip, memory_order_relaxed), skips;

	if (!ring_spin_pays())
		return false;
	if (to_skip > 0) {
		atomic_store_explicit(&spin_state->to_skip, to_skip - 1, memory_order_relaxed);
		return false;
	}
	if (spin(word, position)) {
		atomic_store_explicit(&spin_state->skips, 0, memory_order_relaxed);
		return true;
	}
	skips = atomic_load_explicit(&spin_state->skips, memory_order_relaxed) * 2 + 1;
	if (skips > SKIPS_MAX)
		skips = SKIPS_MAX;
	atomic_store_explicit(&spin_state->skips, skips, memory_order_relaxed);
	atomic_store_explicit(&spin_state->to_skip, skips, memory_order_relaxed);
	return false;
}
