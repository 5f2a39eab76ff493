/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_QUEUE_WAIT_H
#define KIPC_DAEMON_RUN_QUEUE_WAIT_H

/* One wait for a message in a queue, in a thread of its own that ends with it. */

#include <stdbool.h>

struct queue_wait;

enum queue_wait_result {
	QUEUE_WAIT_NOTHING = 0, /* it was stopped, kipcd may not read the queue, or the queue is gone */
	QUEUE_WAIT_MESSAGE,	/* a message came */
	QUEUE_WAIT_EMPTY_MESSAGE, /* one without bytes came; it was received, and sent again to the end of the queue */
	QUEUE_WAIT_LOST_MESSAGE, /* one without bytes came; it was received, and could not be sent again */
};

/*
 * Starts a wait. When it is over, 1 is added to `event_fd`, an eventfd(2). SIGURG is caught from here on, and blocked in
 * the calling thread. -EAGAIN: no more threads; -ENOMEM.
 */
int queue_wait_new(int queue_id, int event_fd, struct queue_wait **ret_wait);

/* Whether the wait is over. */
bool queue_wait_is_done(const struct queue_wait *wait);

/* Stops it without waiting until it has stopped: for stopping many at once. */
void queue_wait_stop(struct queue_wait *wait);

/* Stops it if it is not over, and gives its result. Returns NULL. */
struct queue_wait *queue_wait_free(struct queue_wait *wait, enum queue_wait_result *ret_result);

#endif
