/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_LIVING_USERS_H
#define KIPC_CLIENT_FACTS_LIVING_USERS_H

/* Which users and groups have a process: who has none cannot be hurt by what is done to what only they may use. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct processes;

struct living_ids {
	id_t *items; /* sorted */
	size_t n;
};

/* Starts as { 0 }. Of all processes: all their uids, and all their gids, the supplementary ones too. */
struct living_users {
	struct living_ids uids, gids;
};

/*
 * -EPERM: not all processes can be seen from here (hidepid=, or a PID namespace that is not the machine's); -ENOMEM; errors of
 * reading /proc. Nothing is known then, and living_users_done() is not needed.
 */
int living_users_read(const struct processes *processes, struct living_users *ret_users);
void living_users_done(struct living_users *users);

bool living_users_have(const struct living_ids *ids, id_t id);

#endif
