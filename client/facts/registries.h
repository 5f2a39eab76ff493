/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_REGISTRIES_H
#define KIPC_CLIENT_FACTS_REGISTRIES_H

/*
 * Which objects are channels: the names in every kipcd's registry that can be found, not only in that of the kipcd that is asked.
 * For removing many objects by a rule.
 */

#include "client/base/command.h"
#include "lib/kipc.h"

struct registries {
	struct registry *items;
	size_t n_items;
	uid_t *unseen; /* users that may have a kipcd, with a registry that we may not read */
	size_t n_unseen;
};

/*
 * Reads the registry of the invocation, the system's, those of users' sessions, and that of every running kipcd, wherever its folder
 * is, if they belong to this IPC namespace. -ENOMEM. Any other error: the registry of the invocation cannot be read.
 */
int registries_read(const struct invocation *invocation, struct registries *ret_registries);
void registries_done(struct registries *registries);

/* The folder of the kipcd that has a name for this object, or created it for itself; NULL: none. */
const char *registries_find(const struct registries *registries, const struct kipc_object *object);

/* Whether it may be a channel of its owner's kipcd, with a registry that we may not read. */
bool registries_may_hide(const struct registries *registries, const struct kipc_object *object);

#endif
