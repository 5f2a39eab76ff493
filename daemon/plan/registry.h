/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_REGISTRY_H
#define KIPC_DAEMON_PLAN_REGISTRY_H

#include "daemon/plan/plan.h"

/* An object that was ours before it was observed is ours again where no section says to observe it. */
void plan_registry_own_again(struct registry *registry, const struct config *config);

/* A channel that goes on under another name. */
struct rename {
	char from[KIPC_NAME_MAX + 1], to[KIPC_NAME_MAX + 1];
	bool has_layer; /* what the runtime layer says of it goes along */
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

/* The registry as it is after them. */
void plan_registry_rename(struct registry *registry, const struct renames *renames);

/* The rename to that name; NULL: there is none. */
const struct rename *plan_rename_to(const struct renames *renames, const char *to);

#endif
