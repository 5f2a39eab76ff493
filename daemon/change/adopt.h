/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_ADOPT_H
#define KIPC_DAEMON_CHANGE_ADOPT_H

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* An object that kipcd is to own, and the name that it gets. */
struct adoption {
	const char *name;
	enum kipc_kind kind;
	int id;
	key_t key; /* as the caller saw it: ids are reused */
};

/*
 * Whether kipcd would adopt the object; changes nothing. The caller then makes kipcd's uid its owner, which only its owner,
 * its creator and root can do, and calls adopt(). -EINVAL, -ENOENT, -EEXIST with a sentence.
 */
int adopt_check(const struct manager *manager, const struct adoption *adoption, char **reterr_sentence);

/*
 * Adopts it: writes a section of the runtime layer that describes it, and a link in the registry. -EPERM: kipcd is neither
 * its owner nor its creator; other errors as above.
 */
int adopt(struct manager *manager, const struct adoption *adoption, struct steps *steps,
	  char **reterr_sentence);

#endif
