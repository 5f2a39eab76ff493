/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_QUEUE_H
#define KIPC_LIB_QUEUE_H

/* Messages of a System V queue: kipc_send() and the other calls of kipc.h, for a channel that is a queue. */

#include "lib/channel.h"

int queue_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout);
ssize_t queue_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		   int64_t timeout, long *ret_type);
ssize_t queue_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type);
int queue_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout);
int queue_message_bound(struct kipc_channel *channel, size_t *ret_size);

#endif
