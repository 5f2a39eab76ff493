/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Decides about waiting/NAME: a pure function, called by waiting.c after each look.
 *
 * The kernel can wake a thread when a message comes, but not when a queue becomes empty. The file must be removed soon
 * after that: systemd checks it as soon as the consumer has ended, and would start it again for nothing. So a queue with
 * messages is looked at often while their number changes, and rarely (PACE_SLOW) while it does not.
 *
 * Where another process receives each message at once, kipcd is woken for each all the same. A pause after each bounds what
 * that costs kipcd, and the sender, which has to wake it.
 */

#include "daemon/run/pace.h"

#define QUIET (UINT64_C(1000) * 1000) /* no pause after a wait that took longer */

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
