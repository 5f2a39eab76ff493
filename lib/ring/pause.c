/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Waiting before going to sleep. Called where a ring is empty or full, or a lock is taken. A spin burns 20 µs at most, none
 * on a machine with one CPU, and comes ever less often where it never helps (both parties on one CPU, or slow traffic).
 */

#include "lib/ring/pause.h"

#include <errno.h>
#include <unistd.h>

#include "lib/ring/futex.h"
#include "lib/ring/word.h"

#define SPIN_NS 20000
#define SKIPS_MAX 255
#define POLLS_PER_CLOCK 4

/*
 * Between two looks, so that the other side gets something done with its cache line, and more than one message is there
 * when we find it moved: some 100 to 700 ns.
 */
#define PAUSES_PER_POLL 16

struct timespec ring_time_in(int64_t microseconds)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += microseconds / 1000000;
	time.tv_nsec += microseconds % 1000000 * 1000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_nsec -= 1000000000;
		time.tv_sec++;
	}
	return time;
}

bool ring_time_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

int ring_nap(long nanoseconds, const struct timespec *until)
{
	static const uint32_t unchanging;
	const struct ring_futex futex = { &unchanging, 0, FUTEX_PRIVATE_FLAG };
	struct timespec end = ring_time_in(nanoseconds / 1000), now;
	int r;

	if (until != NULL && ring_time_is_before(until, &end)) {
		now = ring_time_in(0);
		if (!ring_time_is_before(&now, until))
			return -ETIMEDOUT;
		end = *until;
	}
	/* Of all sleeps with an end, this one alone goes on after a handler that was installed with SA_RESTART. */
	r = ring_futex_wait_any(&futex, 1, &end);
	if (r == -ENOSYS)
		r = ring_futex_wait(&futex, &end);
	return r == -EINTR ? r : 0;
}

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
			for (unsigned j = 0; j < PAUSES_PER_POLL; j++)
				ring_spin_pause();
			/* Relaxed: the caller reads it again before it goes by it. */
			if (ring_word_position(atomic_load_explicit(word, memory_order_relaxed)) != position)
				return true;
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
