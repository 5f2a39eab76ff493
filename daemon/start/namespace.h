/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_NAMESPACE_H
#define KIPC_DAEMON_START_NAMESPACE_H

/* Whether the registry belongs to this boot and IPC namespace, and what is done where it does not. */

#include <stdbool.h>

#include "common/nsid.h"
#include "daemon/start/runtime.h"

struct namespace
{
	bool has_id; /* the kernel tells namespaces apart, and no marker is needed */
	char *doubt; /* why nothing is altered: it cannot be told whose the registry is; NULL: it can */
};

/*
 * At a start, before the registry is read: writes ".ns" and ".nsid" where they are missing, and moves a registry of another
 * boot or namespace aside for a new one. Where that cannot be decided, nothing is touched: it returns an errno with a sentence
 * in *reterr_text or, where only a human can know, leaves a doubt.
 */
int namespace_settle(struct runtime *runtime, struct namespace *namespace, char **reterr_text);

/* Ends a doubt: the registry is ours, or of another namespace. */
int namespace_confirm(struct runtime *runtime, struct namespace *namespace, bool is_ours, char **reterr_text);

/* Once a sample. True: a new marker had to be made, and ".nsid" names it instead of the one in `nsid`. */
bool namespace_keep_marker(const struct runtime *runtime, const struct namespace *namespace,
			   const struct nsid *nsid);

#endif
