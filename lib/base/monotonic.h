/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_MONOTONIC_H
#define KIPC_LIB_BASE_MONOTONIC_H

/* Points in time on CLOCK_MONOTONIC, for deadlines. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The time `microseconds` from now. 0: now. */
struct timespec monotonic_in(int64_t microseconds);

bool monotonic_is_before(const struct timespec *a, const struct timespec *b);

/* Nanoseconds since the clock's start. */
int64_t monotonic_ns(void);

#endif
