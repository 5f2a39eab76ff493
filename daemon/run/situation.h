/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_SITUATION_H
#define KIPC_DAEMON_RUN_SITUATION_H

/* What a reconcile starts from: the registry, the kernel's objects, and the plan made from both and a configuration. */

#include "daemon/plan/plan.h"
#include "daemon/plan/renames.h"
#include "daemon/run/manager.h"

enum reconcile_reason {
	RECONCILE_START,
	RECONCILE_RELOAD,
	RECONCILE_HEAL, /* a sample found something: only what is safe without being asked */
	RECONCILE_ONE,	/* one channel, after create, set, recover */
};

/* The plan points into the other two. */
struct situation {
	struct registry registry;
	struct kernel_view view;
	struct plan plan;
};

/*
 * `renames` are not carried out yet, and the plan is made as if they were; NULL: none. `found`: the registry, if it has been
 * read already, which is taken over; NULL: it has not. Free with situation_done().
 */
int situation_take(struct manager *manager, const struct config *config, enum reconcile_reason reason,
		   const struct renames *renames, struct registry *found, struct situation *situation);
void situation_done(struct situation *situation);

/*
 * Which channels `config` renames. At a start that renames none, *ret_registry is the registry as it was read: ten thousand
 * links need not be read twice.
 */
int situation_find_renames(const struct manager *manager, const struct config *config,
			   enum reconcile_reason reason, struct registry *ret_registry,
			   struct renames *ret_renames);

#endif
