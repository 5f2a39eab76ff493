/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_RENAME_H
#define KIPC_DAEMON_CHANGE_RENAME_H

#include "daemon/plan/renames.h"
#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/*
 * Carries out the renames: writes them to .renames, then renames links and files, then the channels in memory. After a
 * failure no name has changed.
 */
int rename_carry_out(struct manager *manager, const struct renames *renames);

/* At a start, before anything else is read: finishes renames that a kill interrupted. */
int rename_finish(const struct runtime *runtime);

/*
 * Changes sources that were read before the renames to what the runtime layer says after them. Clears has_layer where the
 * new name has a file of its own. -ENOMEM.
 */
int rename_sources(const struct manager *manager, struct renames *renames, struct config_source *sources,
		   size_t n_sources);

/* Adds the renames to the steps of a reconcile or a plan. -ENOMEM. */
int rename_add_steps(const struct renames *renames, const struct manager *manager, struct steps *steps);

#endif
