/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_RING_H
#define KIPC_LIB_RING_RING_H

/* Messages of a ring: send, receive, peek, wait. */

#include <sys/types.h>

#include "lib/ring/handle.h"

ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout);
ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout);
ssize_t ring_peek(struct ring *ring, void *buffer, size_t size, long position, long *ret_type);
int ring_wait(struct ring *ring, int64_t timeout);

/* Whether it is retired and has no message, and no producer is still bringing one. */
bool ring_is_used_up(struct ring *ring);

/* Of the oldest message. -ENOMSG; errors as ring_peek(). */
int ring_next_size(struct ring *ring, size_t *ret_size);

#endif
