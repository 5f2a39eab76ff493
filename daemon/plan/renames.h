/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_RENAMES_H
#define KIPC_DAEMON_PLAN_RENAMES_H

/* Channels that continue under another name: found in the configuration, before anything is planned. */

#include "daemon/plan/kernel-view.h"
#include "daemon/plan/registry.h"

struct rename {
	char from[KIPC_NAME_MAX + 1], to[KIPC_NAME_MAX + 1];
	bool has_layer; /* the channel's file in the runtime layer is renamed, too */
};

struct renames {
	struct rename *items; /* sorted by `to` */
	size_t n_items;
};

/*
 * The renames that are certain: a name that no section declares any more, and that is not set aside, has an object of ours, and
 * a section with the same kind and the same explicit key has no name in the registry yet. Keys are unique on both sides, so
 * there is at most one candidate. `view` NULL: as if all objects were there and ours. -ENOMEM.
 */
int plan_renames_find(const struct config *config, const struct registry *registry,
		      const struct kernel_view *view, uid_t uid, struct renames *ret_renames);
void plan_renames_done(struct renames *renames);

/* Makes the registry what it is after the renames. */
void plan_renames_apply(const struct renames *renames, struct registry *registry);

#endif
