/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_REPORT_H
#define KIPC_DAEMON_RUN_REPORT_H

/* What a reconcile did, or what a plan would do, one line a channel: for the client that asked. */

#include "daemon/plan/plan.h"

struct report_line {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	enum plan_action action;
	enum channel_state state;
	char *detail; /* NULL: nothing to say */
};

struct report {
	struct report_line *lines; /* sorted by name */
	size_t n_lines;
};

#define REPORT_INIT ((struct report){ 0 })

/* Copies `detail` (NULL is fine). -ENOMEM. */
int report_add(struct report *report, const char *name, enum kipc_kind kind, enum plan_action action,
	       enum channel_state state, const char *detail);

void report_done(struct report *report);

#endif
