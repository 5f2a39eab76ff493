/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_FUTEX_H
#define KIPC_LIB_RING_FUTEX_H

/* futex(2) and futex_waitv(2), as much of them as rings use. None of it is a point of cancellation. */

#include <linux/futex.h>
#include <stdint.h>
#include <time.h>

/* One of those that are waited on at a time: as long as it has this value. */
struct ring_futex {
	const void *word; /* 32 bits */
	uint32_t value;
	uint32_t flags; /* 0: other processes wake it; FUTEX_PRIVATE_FLAG: this one alone */
};

#define RING_FUTEXES_MAX 2

/*
 * Sleeps until one of them is woken or `until` (CLOCK_MONOTONIC; NULL: no bound) is over. A handler ends it unless it was
 * installed with SA_RESTART. 1: woken; 0: one of them has another value; -ETIMEDOUT; -EINTR; -ENOSYS: Linux before 5.16, or
 * a filter that does not know the call.
 */
int ring_futex_wait_any(const struct ring_futex *futexes, unsigned n, const struct timespec *until);

/* The same for one, on every kernel; but where it has a bound, any handler ends it. */
int ring_futex_wait(const struct ring_futex *futex, const struct timespec *until);

void ring_futex_wake_all(void *word);

#endif
