/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used wherever the daemon handles one channel. */

#include "daemon/channel/channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/sentence.h"
#include "daemon/plan/link.h"

void channel_done(struct channel *channel)
{
	free(channel->reason);
	free(channel->history);
}

static int compare_name(const void *name, const void *channel)
{
	return strcmp(name, ((const struct channel *)channel)->name);
}

struct channel *channel_find(const struct channel *channels, size_t n_channels, const char *name)
{
	return n_channels == 0 ? NULL : bsearch(name, channels, n_channels, sizeof *channels, compare_name);
}

void channel_say_when(struct channel *channel, uint64_t now)
{
	uint64_t left = channel->next_heal > now ? channel->next_heal - now : 0;
	char *reason;

	if (asprintf(&reason,
		     "it is removed repeatedly: kipcd recreates it in %llu s, and 'kipcctl reload' does so "
		     "now; find out which program removes it",
		     (unsigned long long)((left + USEC_PER_SEC - 1) / USEC_PER_SEC)) < 0)
		return;
	free(channel->reason);
	channel->reason = reason;
}

/* kipcd never changes its user, and ten thousand looks need not ask the kernel ten thousand times. */
static uid_t own_uid(void)
{
	return (uid_t)getauxval(AT_EUID);
}

int channel_look_at_link(const struct registry_link *link, struct kipc_object *ret_object)
{
	struct kipc_object object;
	int r;

	r = kipc_object_stat(link->kind, link->id, &object);
	if (r < 0)
		return r == -EIDRM ? 0 : r;
	if (link->observed ? !link_names(link, &object) : !link_owns(link, &object, own_uid()))
		return 0;
	if (ret_object != NULL)
		*ret_object = object;
	return 1;
}

int channel_look(const struct channel *channel, struct kipc_object *ret_object)
{
	return channel->has_link ? channel_look_at_link(&channel->link, ret_object) : 0;
}

int channel_fail(const struct channel *channel, char **reterr_sentence)
{
	int error = channel->state == STATE_CONFLICT ? -EEXIST
		    : channel->state == STATE_STALE  ? -EBUSY
						     : -EIO;

	return sentence_fail(reterr_sentence, error, "%s%s%s", channel_state_words[channel->state],
			     channel->reason != NULL ? ": " : "",
			     channel->reason != NULL ? channel->reason : "");
}
