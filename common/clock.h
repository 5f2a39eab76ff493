/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CLOCK_H
#define KIPC_COMMON_CLOCK_H

/* What time it is, by any clock of clock_gettime(2). */

#include <stdint.h>
#include <time.h>

#define USEC_PER_SEC UINT64_C(1000000)

/* Microseconds: since the epoch (CLOCK_REALTIME), or since some moment before the start of the program (CLOCK_MONOTONIC). */
static inline uint64_t clock_usec(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

#endif
