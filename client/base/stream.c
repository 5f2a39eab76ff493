/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What messages go through: a queue or a ring. Verbs that only make sense on a stream open it here, and what is
 * particular about a ring when something goes wrong is said here.
 */

#include "client/base/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/escape.h"

int stream_open(const char *address, const char *runtime_dir, struct kipc_channel **ret_stream)
{
	struct kipc_channel *stream;
	int r, is_ring;

	r = kipc_open(address, runtime_dir, KIPC_QUEUE, ret_stream);
	if (r != -ENOENT && r != -EPROTOTYPE)
		return r;
	if (kipc_open(address, runtime_dir, KIPC_SEGMENT, &stream) < 0)
		return r;
	is_ring = kipc_channel_is_ring(stream);
	if (is_ring > 0) {
		*ret_stream = stream;
		return 0;
	}
	kipc_close(stream);
	return is_ring < 0 ? is_ring : -EPROTOTYPE;
}

int stream_count(struct kipc_channel *stream, uint64_t *ret_messages)
{
	struct kipc_object object;
	struct kipc_ring ring;
	int r;

	if (kipc_channel_kind(stream) == KIPC_QUEUE) {
		r = kipc_stat(stream, &object);
		if (r == 0)
			*ret_messages = object.queue.messages;
		return r;
	}
	r = kipc_ring_stat(stream, &ring);
	if (r == 0)
		*ret_messages = ring.messages;
	return r;
}
