/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by reconcile.c. Healing that is undone repeatedly becomes less frequent. */

#include "daemon/run/healing.h"

#include "common/clock.h"

#define DELAY_MAX (5 * 60 * USEC_PER_SEC)
#define QUIET (60 * USEC_PER_SEC) /* undone this soon after the delay: the next one is twice as long */

bool healing_is_due(const struct plan_step *step, const struct channel *before, uint64_t now)
{
	if (before == NULL)
		return false;
	switch (step->action) {
	case PLAN_CREATE:
	case PLAN_ALTER:
		return now >= before->next_heal;
	case PLAN_REMOVE:
		return !step->has_object;
	case PLAN_KEEP:
	case PLAN_RESUME:
	case PLAN_CONFLICT:
	case PLAN_ADOPT:
	case PLAN_RENAME:
		return true;
	case PLAN_RECREATE:
		/* A reload asked for it, and only another object on its key prevented it. */
		return before->state == STATE_CONFLICT;
	case PLAN_RETAIN:
		return false;
	}
	return false;
}

void healing_note(struct channel *channel, uint64_t now, uint64_t interval)
{
	if (channel->last_healed != 0 && now - channel->last_healed < channel->heal_delay + QUIET)
		channel->heal_delay *= 2;
	else
		channel->heal_delay = interval;
	if (channel->heal_delay > DELAY_MAX)
		channel->heal_delay = DELAY_MAX;
	channel->last_healed = now;
	channel->next_heal = now + channel->heal_delay;
}
