/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_REGISTRY_H
#define KIPC_DAEMON_PLAN_REGISTRY_H

#include "daemon/plan.h"

/* What was ours before it was only observed is ours again where no section says to observe it. */
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
 * The renames that are certain: a name that nothing declares any more, not set aside, has an object of ours, and a section with
 * this very kind and key, given as such, has no name in the registry yet. Keys are unique on both sides, so there is one
 * candidate at most. `view` NULL: those that would be, were the objects there and ours. -ENOMEM.
 */
int plan_renames_find(const struct config *config, const struct registry *registry,
		      const struct kernel_view *view, uid_t uid, struct renames *ret_renames);
void plan_renames_done(struct renames *renames);

/* The registry as it is after them. */
void plan_registry_rename(struct registry *registry, const struct renames *renames);

/* The one that made it `to`; NULL: none did. */
const struct rename *plan_rename_to(const struct renames *renames, const char *to);

#endif
