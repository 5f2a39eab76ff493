/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_REGISTRIES_H
#define KIPC_CLIENT_REGISTRIES_H

/*
 * What is anybody's channel: the names of every kipcd's registry that can be found, not only of the one that is asked. For
 * who removes many objects by a rule.
 */

#include "client/command.h"
#include "lib/kipc.h"

struct registries {
	struct registry *items;
	size_t n_items;
	uid_t *unseen; /* users that may have a kipcd whose registry is not for us */
	size_t n_unseen;
};

/*
 * The registry of the invocation, the system's, those of users' sessions, and those of every kipcd that runs, wherever
 * its folder is: as far as they are of this IPC namespace. -ENOMEM. Any other error: what the invocation's registry
 * says cannot be known.
 */
int registries_read(const struct invocation *invocation, struct registries *ret_registries);
void registries_done(struct registries *registries);

/* The folder of the kipcd that means this object by a name, or made it for itself; NULL: none that is known. */
const char *registries_find(const struct registries *registries, const struct kipc_object *object);

/* Whether it may be the channel of a kipcd whose registry we may not read: its owner's. */
bool registries_may_hide(const struct registries *registries, const struct kipc_object *object);

#endif
