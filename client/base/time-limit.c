/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/base/time-limit.h"

#include "common/clock.h"
#include "lib/kipc.h"

static int64_t now(void)
{
	return (int64_t)clock_usec(CLOCK_MONOTONIC);
}

static bool is_span(int64_t timeout)
{
	return timeout != KIPC_FOREVER && timeout != KIPC_NOW;
}

struct time_limit time_limit_in(int64_t timeout)
{
	struct time_limit limit = { .timeout = timeout };

	if (is_span(timeout) && __builtin_add_overflow(now(), timeout, &limit.end))
		limit.timeout = KIPC_FOREVER;
	return limit;
}

int64_t time_limit_left(const struct time_limit *limit)
{
	int64_t left;

	if (!is_span(limit->timeout))
		return limit->timeout;
	left = limit->end - now();
	return left > 0 ? left : KIPC_NOW;
}

bool time_limit_is_over(const struct time_limit *limit)
{
	return is_span(limit->timeout) && now() >= limit->end;
}
