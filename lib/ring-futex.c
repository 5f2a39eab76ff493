/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's futexes. Called by ring-lock.c and ring-pause.c. */

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/ring-futex.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

/* As struct futex_waitv of <linux/futex.h> since Linux 5.16. */
struct futex_of_many {
	uint64_t value;
	uint64_t address;
	uint32_t flags;
	uint32_t reserved;
};
#define FUTEX_OF_MANY_32 2

static int result_of(long r)
{
	if (r >= 0)
		return 1;
	return errno == ETIMEDOUT || errno == EINTR ? -errno : 0;
}

int ring_futex_wait_any(const struct ring_futex *futexes, unsigned n, const struct timespec *until)
{
	static atomic_bool is_unknown;
	struct futex_of_many many[RING_FUTEXES_MAX];
	long r;

	/* Relaxed: a fact about the kernel, learnt once. */
	if (atomic_load_explicit(&is_unknown, memory_order_relaxed))
		return -ENOSYS;
	for (unsigned i = 0; i < n; i++)
		many[i] = (struct futex_of_many){ futexes[i].value, (uintptr_t)futexes[i].word,
						  FUTEX_OF_MANY_32 | futexes[i].flags, 0 };
	r = syscall(SYS_futex_waitv, many, n, 0, until, CLOCK_MONOTONIC);
	if (r < 0 && (errno == ENOSYS || errno == EPERM)) {
		atomic_store_explicit(&is_unknown, true, memory_order_relaxed);
		return -ENOSYS;
	}
	return result_of(r);
}

int ring_futex_wait(const struct ring_futex *futex, const struct timespec *until)
{
	return result_of(syscall(SYS_futex, futex->word, FUTEX_WAIT_BITSET | (int)futex->flags, futex->value,
				 until, NULL, FUTEX_BITSET_MATCH_ANY));
}

void ring_futex_wake_all(void *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
