/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Making a ring anew where it lies: the cure for one that somebody wrote over, and the way to throw one's messages away
 * unread. The segment stays the same, with its id, and nobody may have it attached meanwhile: it is done behind the same
 * fence as a removal. A kill in between leaves a ring without rights, or without a header; the next start gives the
 * rights back and reports the other, and a reset mends it.
 */

#include "daemon/change/reset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/loss.h"
#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/channel/kernel.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/status.h"

/* Whether kipcd may, and there is something to reset: *ret_object. */
static int check(const struct channel *channel, struct kipc_object *ret_object, char **reterr_text)
{
	if (channel == NULL)
		return sentence_fail(reterr_text, -ENOENT, "no such channel");
	if (channel->spec == NULL && channel->link.is_ring)
		return sentence_fail(reterr_text, -EPERM,
				     "it is declared no more: 'kipcctl remove %s' removes it", channel->name);
	if (channel->has_link ? !channel->link.is_ring : channel->spec->layout != LAYOUT_RING)
		return sentence_fail(reterr_text, -EINVAL,
				     "it is no ring: only a segment of layout = ring is reset");
	if (channel->spec->manage == MANAGE_OBSERVE || channel->link.observed)
		return sentence_fail(
			reterr_text, -EPERM,
			"it is only observed, and kipcd never changes what it did not make: whoever makes it "
			"has to");
	if (!channel_is_there(channel, ret_object))
		return sentence_fail(reterr_text, -EPERM, "it is %s, so there is no ring to reset: %s",
				     channel_state_words[channel->state],
				     channel->reason != NULL ? channel->reason : "its segment is gone");
	return 0;
}

/* What was lost, for the log. */
static void describe(const struct kipc_object *object, char buffer[static LOSS_MAX])
{
	struct kernel_ring ring;

	if (kernel_look_into_ring(object, &ring) < 0 || !ring.is_laid_out)
		ring.stat = (struct kipc_ring){ .fault = KIPC_RING_GEOMETRY };
	(void)loss_of_ring_to_string(&ring.stat, 0, buffer);
}

int reset_ring(struct manager *manager, const char *name, char **reterr_text)
{
	struct channel *channel = manager_find(manager, name);
	unsigned n_ours = channel != NULL && channel->held != NULL;
	struct kipc_object object;
	char lost[LOSS_MAX];
	int r;

	r = check(channel, &object, reterr_text);
	if (r < 0)
		return r;
	describe(&object, lost);
	r = object.segment.attached > n_ours
		    ? -EBUSY
		    : kernel_reset_ring(&object, channel_spec_max_message(channel->spec), n_ours);
	/* A change of size waits: it is made anew below, and as large as declared. */
	if (r == -EINVAL)
		r = kernel_reset_ring(&object, 0, n_ours);
	if (r == -EBUSY)
		return sentence_fail(reterr_text, r, "it is attached %llu time%s: end its users first",
				     (unsigned long long)object.segment.attached - n_ours,
				     object.segment.attached - n_ours == 1 ? "" : "s");
	if (r < 0)
		return sentence_fail(reterr_text, r, "segment @%d cannot be laid out anew: %s", object.id,
				     strerror(-r));
	channel->is_ring_broken = false;
	events_tell(&manager->events, LOG_NOTICE, EVENT_RESET, name, channel->kind, channel->link.key,
		    "reset by hand: %s", lost);
	r = reconcile(manager, manager->config, RECONCILE_ONE, name, NULL);
	if (r < 0) /* the reset is done anyway; the next sample looks again */
		log_line(LOG_WARNING, "%s is reset, and not looked at yet: %s", name, strerror(-r));
	status_notify(manager);
	return 0;
}
