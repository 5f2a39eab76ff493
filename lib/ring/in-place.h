/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_IN_PLACE_H
#define KIPC_LIB_RING_IN_PLACE_H

/* Messages in place: a program reserves or acquires one and works on the ring's own memory. */

#include <sys/types.h>

#include "lib/ring/handle.h"
#include "lib/ring/patience.h"

/* As kipc_reserve(), kipc_commit(), kipc_abort(), kipc_acquire() and kipc_release(). */
int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data);
int ring_commit(struct ring *ring, long type, size_t size);
int ring_abort(struct ring *ring);
ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type);
int ring_release(struct ring *ring);

/*
 * Sends one message that is too large to be copied under a lock: copies it while holding a claim.
 * -EOPNOTSUPP: this process cannot make claims; errors of ring_send().
 */
int ring_send_large(struct ring *ring, const struct kipc_message *message, struct ring_patience *patience);

/*
 * The same for receiving one message. 1: taken; 0: the oldest message is larger than the `touched` bytes of
 * the buffer, and was left there; -EOPNOTSUPP: this process cannot make claims; errors of ring_recv().
 */
int ring_recv_large(struct ring *ring, void *buffer, size_t size, size_t touched,
		    struct kipc_message *ret_message, struct ring_patience *patience);

/* Gives up what this process holds through the handle. Never fails. */
void ring_give_up_holds(struct ring *ring);

#endif
