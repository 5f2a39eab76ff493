/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_RECONCILE_H
#define KIPC_DAEMON_RUN_RECONCILE_H

/* Makes the kernel's objects match a configuration. */

#include "daemon/run/situation.h"
#include "daemon/run/steps.h"

/*
 * Makes the kernel hold what `config` declares. On success the manager owns `config` (and the old one is freed); on failure
 * (-ENOMEM, or the kernel or the registry cannot be read) nothing has changed. `only`: RECONCILE_ONE's channel. `steps` (may
 * be NULL) gets what was not simply kept.
 */
int reconcile(struct manager *manager, struct config *config, enum reconcile_reason reason, const char *only,
	      struct steps *steps);

/* The same at a start. `found`: the registry as situation_find_renames() read it, which is taken over; it may be empty. */
int reconcile_start(struct manager *manager, struct config *config, struct registry *found,
		    struct steps *steps);

/* What reconcile() would do for a reload of `config` after these renames: a step for each channel. */
int reconcile_plan(struct manager *manager, const struct config *config, const struct renames *renames,
		   struct steps *ret_steps);

/* One reconcile of the current configuration that does only what is safe without being asked. A failure is logged. */
void reconcile_heal(struct manager *manager);

#endif
