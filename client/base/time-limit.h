/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_TIME_LIMIT_H
#define KIPC_CLIENT_BASE_TIME_LIMIT_H

/* --timeout counts for a whole command: the moment at which it ends, and what is left of it. */

#include <stdbool.h>
#include <stdint.h>

struct time_limit {
	int64_t timeout; /* as given: KIPC_FOREVER, KIPC_NOW or microseconds */
	int64_t end;	 /* CLOCK_MONOTONIC in microseconds, where timeout is a span */
};

/* The clock is read for a span only, here and below. */
struct time_limit time_limit_in(int64_t timeout);

/* What libkipc is to be given as a timeout now. */
int64_t time_limit_left(const struct time_limit *limit);

/* Whether a span has run out. Never true of KIPC_FOREVER and KIPC_NOW. */
bool time_limit_is_over(const struct time_limit *limit);

#endif
