/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_BUDGET_H
#define KIPC_COMMON_SERVICE_BUDGET_H

/* How many calls a user may make in a second, and what they may cost, over all of its connections. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define BUDGET_UIDS 64 /* remembered: the last callers */

struct budget {
	struct budget_user {
		uid_t uid;
		double calls_left;
		double work_left; /* seconds of processor time; below 0: the last call cost more than was left */
		double last_called; /* seconds, CLOCK_MONOTONIC; 0: the place is free */
	} users[BUDGET_UIDS];
	double begun;	    /* processor time at the start of the call that is measured; 0: none is */
	uid_t measured_uid; /* … whose call it is */
};

/*
 * To be called for each message. 0: it may be handled (also if it is not a call); 1: its sender has nothing left, and got
 * an error; a negative errno if that failed. The cost of the call is measured until budget_settle(), unless its sender may
 * change things: such a user must not be locked out because of an expensive change.
 */
int budget_charge(struct budget *budget, uid_t uid, bool may_change, sd_bus_message *message);

/* The call that is measured has been handled. */
void budget_settle(struct budget *budget);

#endif
