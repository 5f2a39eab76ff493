/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_NAMESPACE_H
#define KIPC_DAEMON_START_NAMESPACE_H

/* Whether the registry belongs to this boot and IPC namespace, and what happens if it does not. */

#include <stdbool.h>

#include "common/nsid.h"
#include "daemon/start/runtime.h"

struct namespace
{
	bool has_id; /* the kernel numbers namespaces, and no marker is needed */
	char *doubt; /* why nothing is changed: it is unknown whose the registry is; NULL: it is known */
};

/*
 * At a start, before the registry is read: writes ".ns" and ".nsid" where they are missing, and moves a registry of another
 * boot or namespace aside for a new one. If that cannot be decided, nothing is changed: it returns an errno with a sentence
 * in *reterr_sentence or, if only a human can decide, 0 with a doubt.
 */
int namespace_settle(struct runtime *runtime, struct namespace *namespace, char **reterr_sentence);

/* Ends a doubt: the registry belongs to this namespace, or to another one. */
int namespace_confirm(struct runtime *runtime, struct namespace *namespace, bool is_ours,
		      char **reterr_sentence);

/* At each sample. True: a new marker had to be made, and ".nsid" names it instead of the one in `nsid`. */
bool namespace_keep_marker(const struct runtime *runtime, const struct namespace *namespace,
			   const struct nsid *nsid);

#endif
