/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The decisions about waiting/NAME, as a function from values to values; called by waiting.c after each look.
 *
 * The kernel gives notice of a message that comes, and none of a queue that becomes empty. The file must go soon after
 * that: systemd looks whether it is there as soon as the consumer has ended, and would start it again for nothing. So a
 * queue with messages is looked at often while somebody works on it, and seldom (PACE_SLOW) while nothing moves.
 *
 * A queue whose messages are taken by who waits for them beside us gives notice for each, too: a pause after each bounds
 * what that costs, us and the sender, who has to wake us.
 */

#include "daemon/run/pace.h"

#define QUIET                                                                                                \
	(UINT64_C(1000) *                                                                                    \
	 1000) /* a wait that took longer was worth it, although somebody else had the message */

static uint64_t doubled(uint64_t delay, uint64_t fastest)
{
	delay = delay < fastest ? fastest : 2 * delay;
	return delay > PACE_SLOW ? PACE_SLOW : delay;
}

static bool is_changed(const struct pace *pace, const struct pace_look *look)
{
	return !pace->has_messages || look->messages != pace->messages || look->stime != pace->stime ||
	       look->rtime != pace->rtime;
}

struct pace_step pace_next(struct pace *pace, const struct pace_look *look)
{
	struct pace_step step = { .file = look->messages > 0 };

	if (look->messages > 0) {
		pace->delay = is_changed(pace, look) ? look->fastest : doubled(pace->delay, look->fastest);
		pace->pause = 0;
		step.delay = pace->delay;
	} else if (!look->may_wait) {
		step.delay = look->idle;
	} else if (look->after_wait) {
		pace->pause = look->waited > QUIET ? PACE_FAST : doubled(pace->pause, PACE_FAST);
		step.delay = pace->pause;
	} else {
		step.wait = true;
	}
	pace->has_messages = look->messages > 0;
	pace->messages = look->messages;
	pace->stime = look->stime;
	pace->rtime = look->rtime;
	return step;
}
