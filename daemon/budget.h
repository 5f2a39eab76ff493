/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUDGET_H
#define KIPC_DAEMON_BUDGET_H

/* How much a user may ask of kipcd in a second, over all of its connections and both ways in. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#define BUDGET_UIDS 64 /* that are remembered: those that called last */

struct budget {
	struct {
		uid_t uid;
		double calls_left;
		double last_call; /* seconds; 0: the place is free */
	} uids[BUDGET_UIDS];
};

/*
 * Takes a message's price off what its sender has left. 0: go on (also with what is no call); 1: refused, and answered; a
 * negative errno if that failed.
 */
int budget_charge(struct budget *budget, uid_t uid, sd_bus_message *message);

#endif
