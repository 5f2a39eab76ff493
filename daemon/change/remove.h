/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_REMOVE_H
#define KIPC_DAEMON_CHANGE_REMOVE_H

/* What kipcctl remove does. */

#include "daemon/run/manager.h"

/*
 * Removes a channel: its object, its name, and what the runtime layer says of it. *ret_lost: what was (`dry_run`: would be)
 * lost, as a sentence. On failure *reterr_sentence is one. -ENOENT; -EBUSY: the object is not empty, and `force` is not set;
 * -EPERM.
 */
int remove_channel(struct manager *manager, const char *name, bool force, bool dry_run, char **ret_lost,
		   char **reterr_sentence);

#endif
