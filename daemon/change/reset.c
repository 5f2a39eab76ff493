/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reinitialises a ring in place: the cure for an overwritten header, and the way to discard all messages. The segment keeps
 * its id. No other process may have it attached: the reset happens behind the same fence as a removal. A kill during it
 * leaves a ring without access rights, which the next start gives back, or without a header, which the next sample notices
 * and another reset repairs.
 */

#include "daemon/change/reset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/loss.h"
#include "common/plural.h"
#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/channel/kernel.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/status.h"

/* Whether there is a ring that kipcd may reset: *ret_object. */
static int check(const struct channel *channel, struct kipc_object *ret_object, char **reterr_sentence)
{
	int r;

	if (channel == NULL)
		return sentence_fail(reterr_sentence, -ENOENT, "no such channel");
	if (channel->spec == NULL && channel->has_link && channel->link.is_ring)
		return sentence_fail(reterr_sentence, -EPERM,
				     "it is no longer declared: 'kipcctl remove %s' removes it",
				     channel->name);
	/* A channel without both waits for a reload that forgets it. */
	if (channel->has_link ? !channel->link.is_ring
			      : channel->spec == NULL || channel->spec->layout != LAYOUT_RING)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "it is not a ring: only a segment with layout = ring can be reset");
	if (channel->spec->manage == MANAGE_OBSERVE || channel->link.observed)
		return sentence_fail(reterr_sentence, -EPERM,
				     "kipcd only observes it, and changes only what it created: its creator "
				     "must reset it");
	r = channel_look(channel, ret_object);
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "kipcd cannot look at its segment: %s",
				     strerror(-r));
	if (r == 0)
		return sentence_fail(reterr_sentence, -EPERM, "it is %s and has no ring to reset: %s",
				     channel_state_words[channel->state],
				     channel->reason != NULL ? channel->reason : "its segment is gone");
	return 0;
}

/* What is lost, for the event. */
static void describe(const struct kipc_object *object, char buffer[static LOSS_MAX])
{
	struct kernel_ring ring;

	if (kernel_look_into_ring(object, &ring) < 0 || !ring.is_laid_out)
		ring.stat = (struct kipc_ring){ .fault = KIPC_RING_GEOMETRY };
	(void)loss_of_ring_to_string(&ring.stat, 0, LOSS_PAST, buffer);
}

int reset_ring(struct manager *manager, const char *name, char **reterr_sentence)
{
	struct channel *channel = manager_find(manager, name);
	unsigned n_ours = channel != NULL && channel->held != NULL;
	struct kipc_object object;
	char lost[LOSS_MAX];
	int r;

	r = check(channel, &object, reterr_sentence);
	if (r < 0)
		return r;
	describe(&object, lost);
	r = object.segment.attached > n_ours
		    ? -EBUSY
		    : kernel_reset_ring(&object, channel_spec_max_message(channel->spec), n_ours);
	/* A declared change of size is pending: the reconcile below recreates the ring with that size. */
	if (r == -EINVAL)
		r = kernel_reset_ring(&object, 0, n_ours);
	if (r == -EBUSY)
		return sentence_fail(reterr_sentence, r, "it is attached %llu %s: stop its users first",
				     (unsigned long long)object.segment.attached - n_ours,
				     plural(object.segment.attached - n_ours, "time", "times"));
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "segment @%d cannot be reset: %s", object.id,
				     strerror(-r));
	channel->is_ring_broken = false;
	events_tell(&manager->events, LOG_NOTICE, EVENT_RESET, name, channel->kind, channel->link.key,
		    "reset by hand: %s", lost);
	r = reconcile(manager, manager->config, RECONCILE_ONE, name, NULL);
	if (r < 0) /* the reset is done all the same; the next sample looks again */
		log_line(LOG_WARNING, "%s was reset, but its state is not up to date: %s", name,
			 strerror(-r));
	status_notify(manager);
	return 0;
}
