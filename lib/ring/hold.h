/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_HOLD_H
#define KIPC_LIB_RING_HOLD_H

/* Messages where they lie: a program reserves or acquires one and works on the ring's own memory. */

#include "lib/ring/handle.h"
#include "lib/ring/patience.h"

/*
 * Sends, or takes, one message of a size that is not to be copied under a lock. -EOPNOTSUPP: nothing can be claimed here;
 * errors as ring_send() and ring_recv(). ring_take_apart() returns 0 if it was larger than `touched`, and was left there.
 */
int ring_send_apart(struct ring *ring, const struct kipc_message *message, struct ring_patience *patience);

int ring_take_apart(struct ring *ring, void *buffer, size_t size, size_t touched,
		    struct kipc_message *ret_message, struct ring_patience *patience);

int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data);

int ring_commit(struct ring *ring, long type, size_t size);

int ring_abort(struct ring *ring);

ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type);

int ring_release(struct ring *ring);

/* Gives back what the handle holds. Never fails. */
void ring_let_go(struct ring *ring);

#endif
