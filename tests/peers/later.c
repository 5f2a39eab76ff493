/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * For LD_PRELOAD: time(2) returns $KIPC_TEST_LATER seconds more, to test what depends on ages without waiting. The result of
 * clock_gettime(2), which dates the starts of processes, is unchanged.
 */

#include <stdlib.h>
#include <time.h>

static time_t shift(void)
{
	const char *text = getenv("KIPC_TEST_LATER");

	return text != NULL ? (time_t)atoll(text) : 0;
}

time_t time(time_t *ret_time)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += shift();
	if (ret_time != NULL)
		*ret_time = now.tv_sec;
	return now.tv_sec;
}
