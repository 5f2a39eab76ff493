/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_SEND_H
#define KIPC_LIB_RING_SEND_H

/* Sending messages to a ring. */

#include <sys/types.h>

#include "lib/ring/handle.h"

/* As kipc_send_batch(); -EIDRM: the ring is retired. */
ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout);

#endif
