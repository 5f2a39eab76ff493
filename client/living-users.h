/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_LIVING_USERS_H
#define KIPC_CLIENT_LIVING_USERS_H

/* Which users have a process: who has none cannot be hurt by what is done to his objects. */

#include "client/processes.h"

/*
 * All real, effective and saved uids of all processes, sorted; free(3) them. -EPERM: not all processes can be seen from
 * here (hidepid=, or a PID namespace that is not the machine's); -ENOMEM; errors of opening /proc.
 */
int living_users_read(const struct processes *processes, uid_t **ret_uids, size_t *ret_n);
bool living_users_has(const uid_t *uids, size_t n, uid_t uid);

#endif
