/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_RECONCILE_H
#define KIPC_DAEMON_RUN_RECONCILE_H

/* From declared to done. */

#include "daemon/plan/registry.h"
#include "daemon/run/manager.h"
#include "daemon/run/report.h"

enum reconcile_reason {
	RECONCILE_START,
	RECONCILE_RELOAD,
	RECONCILE_HEAL, /* a sample found something: only what is safe unasked */
	RECONCILE_ONE,	/* one channel, after create, set, recover */
};

/*
 * Makes the kernel hold what `config` declares. On success the manager owns the config (and the old one is freed); on
 * failure (-ENOMEM, or the kernel or the registry cannot be read) nothing is taken over. `only`: RECONCILE_ONE's channel.
 * The report (may be NULL) has what was not simply kept.
 */
int reconcile(struct manager *manager, struct config *config, enum reconcile_reason reason, const char *only,
	      struct report *report);

/* The same at a start. `found`: what reconcile_find_renames() read of the registry, which is taken over; it may be empty. */
int reconcile_start(struct manager *manager, struct config *config, struct registry *found,
		    struct report *report);

/* What reconcile() would do for a reload of `config`, after these renames, as a report of all channels. */
int reconcile_plan(struct manager *manager, const struct config *config, const struct renames *renames,
		   struct report *ret_report);

/*
 * Which channels `config` renames. *ret_registry is set at a start that renames none, to what was read: ten thousand links need
 * not be read twice.
 */
int reconcile_find_renames(const struct manager *manager, const struct config *config,
			   enum reconcile_reason reason, struct registry *ret_registry,
			   struct renames *ret_renames);

#endif
