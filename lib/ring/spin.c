/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Spinning where a ring is empty or full, or a lock is taken. On a machine with one CPU it never spins, and
 * where spinning never helps (both parties on one CPU, or slow traffic) it does so less and less often.
 */

#include "lib/ring/spin.h"

#include <unistd.h>

#include "lib/base/monotonic.h"
#include "lib/ring/word.h"

#define SPIN_NS 20000
#define SKIPS_MAX 255
#define POLLS_PER_CLOCK 4

/*
 * Between two polls: some 100 to 700 ns. The other side can work on its cache line meanwhile, and when we
 * find it moved, more than one message is there.
 */
#define PAUSES_PER_POLL 16

bool ring_spin_pays(void)
{
	static _Atomic long cpus;
	/* Relaxed: a fact about the machine; nothing else depends on it. */
	long n = atomic_load_explicit(&cpus, memory_order_relaxed);

	if (n == 0) {
		/* The machine's CPUs, not those of this thread: the other party may run where we may not. */
		n = sysconf(_SC_NPROCESSORS_ONLN);
		atomic_store_explicit(&cpus, n, memory_order_relaxed);
	}
	return n > 1;
}

static bool spin(const _Atomic uint64_t *word, uint64_t position)
{
	int64_t end = monotonic_ns() + SPIN_NS;

	do {
		for (unsigned i = 0; i < POLLS_PER_CLOCK; i++) {
			for (unsigned j = 0; j < PAUSES_PER_POLL; j++)
				ring_spin_pause();
			/* Relaxed: the caller reads the word again before it relies on it. */
			if (ring_word_position(atomic_load_explicit(word, memory_order_relaxed)) != position)
				return true;
		}
	} while (monotonic_ns() < end);
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
