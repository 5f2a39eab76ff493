/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CALLERS_H
#define KIPC_DAEMON_BUS_CALLERS_H

/* Which user sent a message, over either way in, and whether that user may change channels. */

#include "daemon/bus/clients.h"
#include "daemon/run/manager.h"

#define CALLERS_MAX 64

struct callers {
	const struct manager *manager; /* whose configuration names the group that may change channels */
	const struct clients *clients;
	/* Recent callers on the system bus, by the unique name of their connection, which is never used again. */
	struct caller {
		char *name;
		uid_t uid;
		gid_t *groups;
		size_t n_groups;
	} items[CALLERS_MAX];
	size_t next; /* the place that is reused next */
};

/* Forgets them: another bus gives the same names to other connections. */
void callers_forget(struct callers *callers);

/*
 * The uid behind a message, and whether it may change channels: root, kipcd's own user and members of [daemon] group.
 * -EACCES: the uid cannot be known, so nothing is allowed. -ETIMEDOUT: the same, after two seconds without an answer.
 */
int callers_judge(struct callers *callers, sd_bus_message *message, uid_t *ret_uid, bool *ret_may_change);

/* 0: the caller may change channels; a negative errno with a sentence: it may not. */
int callers_authorize(struct callers *callers, sd_bus_message *message, sd_bus_error *reterr);

#endif
