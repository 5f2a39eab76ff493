/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_FUTEX_H
#define KIPC_LIB_RING_FUTEX_H

/* futex(2) and futex_waitv(2), as much of them as rings use. None of these functions is a cancellation point. */

#include <linux/futex.h>
#include <stdint.h>
#include <time.h>

/* A word to wait on while it has this value. */
struct ring_futex {
	const void *word; /* 32 bits */
	uint32_t value;
	uint32_t flags; /* 0: other processes may wake us; FUTEX_PRIVATE_FLAG: only this process may */
};

#define RING_FUTEXES_MAX 2

/*
 * Sleeps until one of the `n` futexes is woken or the time `until` (CLOCK_MONOTONIC; NULL: no limit) has
 * passed. A signal handler ends the sleep unless it was installed with SA_RESTART. 1: woken; 0: one of the
 * words has another value; -ETIMEDOUT; -EINTR; -ENOSYS: Linux before 5.16, or a seccomp filter that does not
 * know the call.
 */
int ring_futex_wait_any(const struct ring_futex *futexes, unsigned n, const struct timespec *until);

/* The same for one futex, on every kernel; but with a limit, any signal handler ends the sleep. */
int ring_futex_wait(const struct ring_futex *futex, const struct timespec *until);

void ring_futex_wake_all(void *word);

#endif
