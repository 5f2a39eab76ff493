/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_LIVING_USERS_H
#define KIPC_CLIENT_FACTS_LIVING_USERS_H

/* The users and groups that have a process: if one has none, nothing breaks when an object that only it may use goes. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct processes;

struct living_ids {
	id_t *items; /* sorted */
	size_t n;
};

/* Starts as { 0 }. The uids of all processes, and their gids, including the supplementary ones. */
struct living_users {
	struct living_ids uids, gids;
};

/*
 * -EPERM: some processes cannot be seen from here (hidepid=, or a PID namespace that is not the machine's); -ENOMEM; errors of
 * reading /proc. *ret_users is not set then.
 */
int living_users_read(const struct processes *processes, struct living_users *ret_users);
void living_users_done(struct living_users *users);

bool living_users_have(const struct living_ids *ids, id_t id);

#endif
