/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_TIME_LIMIT_H
#define KIPC_CLIENT_BASE_TIME_LIMIT_H

/* --timeout limits a whole command: when it ends, and the time that is left. */

#include <stdbool.h>
#include <stdint.h>

struct time_limit {
	int64_t timeout; /* as given: KIPC_FOREVER, KIPC_NOW or microseconds */
	int64_t end;	 /* CLOCK_MONOTONIC in microseconds, if timeout is a span */
};

/* Only a span reads the clock, here and below. */
struct time_limit time_limit_in(int64_t timeout);

/* The timeout for a call of libkipc now. */
int64_t time_limit_left(const struct time_limit *limit);

/* Whether a span has expired; false for KIPC_FOREVER and KIPC_NOW. */
bool time_limit_is_over(const struct time_limit *limit);

#endif
