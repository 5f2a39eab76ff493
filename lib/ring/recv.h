/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_RECV_H
#define KIPC_LIB_RING_RECV_H

/* Receiving messages from a ring, and waiting for one. */

#include <sys/types.h>

#include "lib/ring/handle.h"

/* As kipc_recv_batch(); -EIDRM: the ring is retired and has no message. */
ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout);

/* As kipc_wait(); -EIDRM as above. */
int ring_wait(struct ring *ring, int64_t timeout);

#endif
