/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_NOTICE_H
#define KIPC_DAEMON_RUN_NOTICE_H

/* One wait for a message in a queue, in a thread of its own, which ends with it. */

#include <stdbool.h>

struct notice;

enum notice_result {
	NOTICE_NOTHING = 0,   /* it was ended, or is not allowed (any more), or the queue is gone */
	NOTICE_MESSAGE,	      /* a message was there */
	NOTICE_EMPTY_MESSAGE, /* one without bytes: taken and put back at the end */
	NOTICE_LOST_MESSAGE,  /* one without bytes: taken, and there was no putting it back */
};

/*
 * Begins to wait. When that is over, 1 is added to `event_fd`, an eventfd(2). SIGURG is caught from here on, and blocked
 * in the calling thread. -EAGAIN: no more threads; -ENOMEM.
 */
int notice_new(int queue_id, int event_fd, struct notice **ret_notice);

/* Whether the wait is over. */
bool notice_is_done(const struct notice *notice);

/* Asks for its end, without waiting for it: where many are to be ended. */
void notice_stop(struct notice *notice);

/* Ends it, if it is not over, and says what came of it (ret_result may be NULL). NULL is fine. Returns NULL. */
struct notice *notice_free(struct notice *notice, enum notice_result *ret_result);

#endif
