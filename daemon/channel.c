/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A channel and its object: the same id alone is not enough, since ids come back. */

#include <stdlib.h>

#include "daemon/channel.h"

void channel_done(struct channel *channel)
{
	free(channel->reason);
	free(channel->history);
}

bool channel_is_there(const struct channel *channel, struct kipc_object *ret_object)
{
	struct kipc_object object;

	if (!channel->has_link || kipc_object_stat(channel->link.kind, channel->link.id, &object) < 0 ||
	    object.key != channel->link.key || object.cuid != channel->link.creator)
		return false;
	if (ret_object != NULL)
		*ret_object = object;
	return true;
}
