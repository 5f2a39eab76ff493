/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A channel and its object, looked up in the kernel. */

#include <stdlib.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "daemon/link.h"

void channel_done(struct channel *channel)
{
	free(channel->reason);
	free(channel->history);
}

bool link_is_there(const struct registry_link *link, struct kipc_object *ret_object)
{
	struct kipc_object object;

	if (kipc_object_stat(link->kind, link->id, &object) < 0)
		return false;
	if (link->observed ? !link_names(link, &object) : !link_owns(link, &object, geteuid()))
		return false;
	if (ret_object != NULL)
		*ret_object = object;
	return true;
}

bool channel_is_there(const struct channel *channel, struct kipc_object *ret_object)
{
	return channel->has_link && link_is_there(&channel->link, ret_object);
}
