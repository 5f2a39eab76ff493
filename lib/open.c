/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opens and closes a channel, and frees what all its parts hold. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/channel-ring.h"
#include "lib/segment.h"

int kipc_open(const char *address, const char *runtime_dir, unsigned kinds, struct kipc_channel **ret_channel)
{
	struct kipc_channel *channel;
	struct kipc_object object;
	int r;

	channel = calloc(1, sizeof *channel);
	if (channel == NULL)
		return -ENOMEM;
	r = kipc_address_parse(address, &channel->address);
	if (r < 0)
		goto fail;
	if (kinds & ~(unsigned)KIPC_ANY_KIND) {
		r = -EINVAL;
		goto fail;
	}
	channel->kinds = kinds;
	if (channel->address.kind != 0)
		channel->kinds &= channel->address.kind;
	if (channel->kinds == 0) {
		r = -EPROTOTYPE;
		goto fail;
	}
	if ((runtime_dir != NULL && (channel->runtime_dir = strdup(runtime_dir)) == NULL) ||
	    (channel->address.form == KIPC_BY_FTOK &&
	     (channel->path = strndup(channel->address.path, channel->address.path_length)) == NULL)) {
		r = -ENOMEM;
		goto fail;
	}
	channel->address.path = channel->path; /* not the caller's text */
	r = channel_resolve(channel, &object);
	if (r < 0)
		goto fail;
	channel->kind = object.kind; /* it never changes, so threads read it without a lock */
	channel_take_object(channel, &object);
	*ret_channel = channel;
	return 0;
fail:
	kipc_close(channel);
	return r;
}

struct kipc_channel *kipc_close(struct kipc_channel *channel)
{
	if (channel == NULL)
		return NULL;
	channel_ring_free(channel);
	segment_detach(channel);
	free(channel->runtime_dir);
	free(channel->path);
	free(channel);
	return NULL;
}
