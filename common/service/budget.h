/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_BUDGET_H
#define KIPC_COMMON_SERVICE_BUDGET_H

/* How much a user may ask of kipcd in a second, over all of its connections and both ways in. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define BUDGET_UIDS 64 /* that are remembered: those that called last */

struct budget {
	struct budget_user {
		uid_t uid;
		double calls_left;
		double work_left;   /* seconds of kipcd's; below 0: the last call cost more than was left */
		double last_called; /* seconds, CLOCK_MONOTONIC; 0: the place is free */
	} users[BUDGET_UIDS];
	double begun;	    /* processor time when the call that is measured began; 0: none is */
	uid_t measured_uid; /* … and whose it is */
};

/*
 * A message has come. 0: go on (also if it is not a call); 1: its sender has nothing left, and was told so; a negative errno
 * if that failed. What the call costs is measured until budget_settle(), unless its sender may change channels: a user that
 * may reload must not be locked out for reloading.
 */
int budget_charge(struct budget *budget, uid_t uid, bool may_change, sd_bus_message *message);

/* The call that was begun is done. */
void budget_settle(struct budget *budget);

#endif
