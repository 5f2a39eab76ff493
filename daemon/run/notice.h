/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_NOTICE_H
#define KIPC_DAEMON_RUN_NOTICE_H

/* One wait for a message in a queue, in a thread of its own that ends with it. */

#include <stdbool.h>

struct notice;

enum notice_result {
	NOTICE_NOTHING = 0, /* it was stopped, kipcd may not read the queue, or the queue is gone */
	NOTICE_MESSAGE,	    /* a message came */
	NOTICE_EMPTY_MESSAGE, /* one without bytes came; it was received, and sent again to the end of the queue */
	NOTICE_LOST_MESSAGE, /* one without bytes came; it was received, and could not be sent again */
};

/*
 * Starts a wait. When it is over, 1 is added to `event_fd`, an eventfd(2). SIGURG is caught from here on, and blocked in
 * the calling thread. -EAGAIN: no more threads; -ENOMEM.
 */
int notice_new(int queue_id, int event_fd, struct notice **ret_notice);

/* Whether the wait is over. */
bool notice_is_done(const struct notice *notice);

/* Stops it without waiting until it has stopped: for stopping many at once. */
void notice_stop(struct notice *notice);

/* Stops it if it is not over, and gives its result (ret_result may be NULL). NULL is fine. Returns NULL. */
struct notice *notice_free(struct notice *notice, enum notice_result *ret_result);

#endif
