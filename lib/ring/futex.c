/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The futex system calls, which the C library does not wrap. */

#include "lib/ring/futex.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

/*
 * On 32 bits, futex(2) takes 32-bit times, which only some C libraries have. Linux 5.1 added a call with
 * 64-bit times.
 */
#ifdef SYS_futex_time64
#define SYS_FUTEX SYS_futex_time64
#else
#define SYS_FUTEX SYS_futex
#endif

/* As struct __kernel_timespec of <linux/time_types.h>: 64 bits each, whatever the C library's own times have. */
struct kernel_time {
	int64_t seconds, nanoseconds;
};
_Static_assert(sizeof(struct kernel_time) == 16, "the kernel reads two times 64 bits");

/* As struct futex_waitv of <linux/futex.h> since Linux 5.16. */
struct futex_of_many {
	uint64_t value;
	uint64_t address;
	uint32_t flags;
	uint32_t reserved;
};
#define FUTEX_OF_MANY_32 2
_Static_assert(sizeof(struct futex_of_many) == 24 && offsetof(struct futex_of_many, flags) == 16,
	       "the kernel reads an array of these");
_Static_assert(sizeof(struct robust_list_head) == 3 * sizeof(long),
	       "the kernel reads the list of each thread");

/* NULL stays NULL: no limit. */
static const struct kernel_time *kernel_time_of(const struct timespec *time, struct kernel_time *buffer)
{
	if (time == NULL)
		return NULL;
	*buffer = (struct kernel_time){ time->tv_sec, time->tv_nsec };
	return buffer;
}

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
	struct kernel_time end;
	long r;

	/* Relaxed: a fact about the kernel that never changes; nothing else depends on it. */
	if (atomic_load_explicit(&is_unknown, memory_order_relaxed))
		return -ENOSYS;
	assert(n <= RING_FUTEXES_MAX);
	for (unsigned i = 0; i < n; i++)
		many[i] = (struct futex_of_many){ futexes[i].value, (uintptr_t)futexes[i].word,
						  FUTEX_OF_MANY_32 | futexes[i].flags, 0 };
	r = syscall(SYS_futex_waitv, many, n, 0, kernel_time_of(until, &end), CLOCK_MONOTONIC);
	if (r < 0 && (errno == ENOSYS || errno == EPERM)) {
		atomic_store_explicit(&is_unknown, true, memory_order_relaxed);
		return -ENOSYS;
	}
	return result_of(r);
}

int ring_futex_wait(const struct ring_futex *futex, const struct timespec *until)
{
	struct kernel_time end;

	return result_of(syscall(SYS_FUTEX, futex->word, FUTEX_WAIT_BITSET | (int)futex->flags, futex->value,
				 kernel_time_of(until, &end), NULL, FUTEX_BITSET_MATCH_ANY));
}

void ring_futex_wake_all(void *word)
{
	syscall(SYS_FUTEX, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
