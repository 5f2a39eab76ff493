/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_ADOPT_H
#define KIPC_DAEMON_CHANGE_ADOPT_H

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* What is to become kipcd's, and under which name. */
struct adoption {
	const char *name;
	enum kipc_kind kind;
	int id;
	key_t key; /* that the caller saw: ids come back */
};

/*
 * Whether kipcd would take the object over; changes nothing. The caller then makes kipcd's uid its owner, which only its
 * owner, its creator and root can do, and calls adopt(). -EINVAL, -ENOENT, -EEXIST with a sentence.
 */
int adopt_check(const struct manager *manager, const struct adoption *adoption, char **reterr_text);

/*
 * Takes it over: a section of the runtime layer that says what it is, and a name in the registry. -EPERM: kipcd is neither
 * its owner nor its creator; as above.
 */
int adopt(struct manager *manager, const struct adoption *adoption, struct steps *steps, char **reterr_text);

#endif
