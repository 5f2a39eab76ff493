/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CALLER_H
#define KIPC_DAEMON_BUS_CALLER_H

/* Who sent a message, whichever way it came in, and whether he may change channels. */

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define CALLERS_MAX 64

/* Who called over the system bus lately, by the unique name of the connection, which is never anybody else's. */
struct callers {
	struct caller {
		char *name;
		uid_t uid;
		gid_t *groups;
		size_t n_groups;
	} items[CALLERS_MAX];
	size_t next; /* the place that is given up next */
};

struct manager;

void callers_done(struct callers *callers);

/*
 * The uid behind a message, and whether it may change channels: root, kipcd's own user and members of [daemon] group.
 * -EACCES: the uid cannot be known, so nothing is allowed. -ETIMEDOUT: the same, and it took two seconds to find that out.
 */
int caller_judge(struct manager *manager, sd_bus_message *message, uid_t *ret_uid, bool *ret_may_change);

/* 0: it may; else a negative errno, with the sentence. */
int caller_authorize(struct manager *manager, sd_bus_message *message, sd_bus_error *reterr);

#endif
