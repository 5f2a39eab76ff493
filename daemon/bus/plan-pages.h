/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_PLAN_PAGES_H
#define KIPC_DAEMON_BUS_PLAN_PAGES_H

/* Plans that clients read page by page: made with the first page, kept for the others. */

#include <systemd/sd-bus.h>

#include "common/config/problems.h"
#include "daemon/run/report.h"

#define PLAN_PAGES_MAX 4 /* 1.5 MB each for 10,000 channels; a client that comes too late gets a new one */

struct manager;

struct plan_pages {
	struct plan_kept {
		const sd_bus *bus; /* NULL: the place is free */
		char *sender;	   /* on a bus, the caller; NULL on the control socket */
		uid_t uid;
		uint64_t last_used; /* CLOCK_MONOTONIC, microseconds */
		struct report report;
	} items[PLAN_PAGES_MAX];
};

/*
 * The plan whose page behind the name `after` the caller wants; it stays until the next call. Errors as manager_plan().
 */
int plan_pages_get(struct manager *manager, sd_bus_message *call, const char *after,
		   struct problems *problems, const struct report **ret_report);

/* The caller has read all of it. */
void plan_pages_end(struct manager *manager, sd_bus_message *call);

/* That connection is over. */
void plan_pages_forget(struct plan_pages *pages, const sd_bus *bus);

void plan_pages_done(struct plan_pages *pages);

#endif
