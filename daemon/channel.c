/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A channel and its object: the same id alone is not enough, since ids come back. */

#include <stdlib.h>

#include "daemon/channel.h"

void channel_done(struct channel *channel)
{
	free(channel->reason);
	free(channel->history);
}

bool link_is_there(const struct registry_link *link, struct kipc_object *ret_object)
{
	struct kipc_object object;

	if (kipc_object_stat(link->kind, link->id, &object) < 0 || object.key != link->key ||
	    object.cuid != link->creator)
		return false;
	if (ret_object != NULL)
		*ret_object = object;
	return true;
}

bool channel_is_there(const struct channel *channel, struct kipc_object *ret_object)
{
	return channel->has_link && link_is_there(&channel->link, ret_object);
}
