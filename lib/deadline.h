/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_DEADLINE_H
#define KIPC_LIB_DEADLINE_H

/*
 * A time limit for system calls that have none (msgsnd, msgrcv): a timer that interrupts this thread with a
 * signal. It repeats from the deadline on, so a signal that arrives just before the call does no harm.
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

/*
 * Starts the timer; the caller must call deadline_done() later. -EBUSY: no real-time signal is free; errors
 * of timer_create(2).
 */
int deadline_arm(struct deadline *deadline);

bool deadline_is_over(const struct deadline *deadline);

/* The time that is left, for calls that do take a timeout. */
struct timespec deadline_left(const struct deadline *deadline);

/* Stops the timer if it was started. Keeps errno. */
void deadline_done(struct deadline *deadline);

#endif
