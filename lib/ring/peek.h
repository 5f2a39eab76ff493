/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PEEK_H
#define KIPC_LIB_RING_PEEK_H

/* Reading messages of a ring that stay there. */

#include <sys/types.h>

#include "lib/ring/handle.h"

/* As kipc_peek(). */
ssize_t ring_peek(struct ring *ring, void *buffer, size_t size, long position, long *ret_type);

/* As kipc_next_size(). */
int ring_next_size(struct ring *ring, size_t *ret_size);

/* Whether the ring is retired and has no message, and no producer is still writing one. */
bool ring_is_used_up(struct ring *ring);

#endif
