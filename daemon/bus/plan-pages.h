/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_PLAN_PAGES_H
#define KIPC_DAEMON_BUS_PLAN_PAGES_H

/* Plans that clients read page by page: made for the first page, kept for the others. */

#include "common/config/problems.h"
#include "daemon/bus/callers.h"
#include "daemon/run/steps.h"

#define PLAN_PAGES_MAX                                                                                       \
	4 /* 1.5 MB each for 10,000 channels; a client that comes back too late gets a new one */

struct plan_pages {
	struct manager *manager;
	struct callers *callers;
	struct plan_kept {
		const sd_bus *bus; /* NULL: the place is free */
		char *sender;	   /* on a bus, the caller; NULL on the control socket */
		uid_t uid;
		uint64_t last_used; /* CLOCK_MONOTONIC, microseconds */
		struct steps steps;
	} items[PLAN_PAGES_MAX];
};

/* The plan whose page behind the name `after` the caller wants. It stays until the next call. Errors as reload_plan(). */
int plan_pages_get(struct plan_pages *pages, sd_bus_message *call, const char *after,
		   struct problems *problems, const struct steps **ret_steps);

/* The caller has read all of it. */
void plan_pages_end(struct plan_pages *pages, sd_bus_message *call);

/* That connection is closed. */
void plan_pages_forget(struct plan_pages *pages, const sd_bus *bus);

void plan_pages_done(struct plan_pages *pages);

#endif
