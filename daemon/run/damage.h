/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_DAMAGE_H
#define KIPC_DAEMON_RUN_DAMAGE_H

/*
 * Damage to the runtime folder of a running kipcd: a link that is lost or altered, or the folder itself removed. While kipcd
 * runs, its memory is the registry, and the folder is written again from it.
 */

#include "daemon/run/manager.h"

/* Remembers what ".ns" and ".nsid" say; called at the start, and after either is written. */
void damage_learn(struct manager *manager);

/*
 * Once a sample, before anything else. Three system calls while nothing has changed, one a channel after any change of the
 * registry's folder. False: kipcd must end at once, to be started again over a new folder.
 */
bool damage_mend(struct manager *manager);

#endif
