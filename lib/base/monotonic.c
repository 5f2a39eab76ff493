/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Points in time on CLOCK_MONOTONIC. */

#include "lib/base/monotonic.h"

#define NSEC_PER_SEC 1000000000

struct timespec monotonic_in(int64_t microseconds)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += microseconds / 1000000;
	time.tv_nsec += microseconds % 1000000 * 1000;
	if (time.tv_nsec >= NSEC_PER_SEC) {
		time.tv_nsec -= NSEC_PER_SEC;
		time.tv_sec++;
	}
	return time;
}

bool monotonic_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}
