/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_DAMAGE_H
#define KIPC_DAEMON_RUN_DAMAGE_H

/*
 * Damage to the runtime folder while kipcd runs: a link is lost or altered, or the folder itself is removed. kipcd's memory
 * is the registry then, and it writes the folder again.
 */

#include "daemon/run/manager.h"

/* Remembers what ".ns" and ".nsid" say. To be called at the start, and after either is written. */
void damage_learn(struct manager *manager);

/*
 * At each sample, before anything else. Three system calls while nothing has changed, one a channel after a change in the
 * registry's folder. False: kipcd must exit at once, to be started again with a new folder.
 */
bool damage_restore(struct manager *manager);

#endif
