/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_DEADLINE_H
#define KIPC_LIB_DEADLINE_H

/*
 * A bound on a system call that has no timeout of its own (msgsnd, msgrcv): a timer that interrupts this thread with
 * a signal, again and again from the deadline on, so that one that comes just before the call does no harm.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct deadline {
	struct timespec end; /* CLOCK_MONOTONIC */
	timer_t timer;
	sigset_t old_mask;
	bool is_armed;
};

/* `timeout` microseconds from now. Arms nothing yet. */
void deadline_init(struct deadline *deadline, int64_t timeout);

/* Starts the timer; done is a must afterwards. Errors of timer_create(2); -EBUSY: no real-time signal is left. */
int deadline_arm(struct deadline *deadline);

bool deadline_is_over(const struct deadline *deadline);

/* What is left of it, for calls that do take a timeout. */
struct timespec deadline_left(const struct deadline *deadline);

/* Keeps errno. */
void deadline_done(struct deadline *deadline);

#endif
