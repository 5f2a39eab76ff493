/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_CHANGE_H
#define KIPC_DAEMON_CHANGE_CHANGE_H

/* What kipcctl create, set and unset do. */

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* On failure, each puts a sentence into *reterr_sentence, and nothing has changed. */
int change_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		  struct steps *steps, char **reterr_sentence);
/* For adopt(): a section for the adopted object, in place of what the layer said of that name. */
int change_adopt(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		 struct steps *steps, char **reterr_sentence);
int change_set(struct manager *manager, const char *name, char **assignments, struct steps *steps,
	       char **reterr_sentence);
/* Takes back the values that set, and adopt of a declared name, gave these keys; without keys, all of them. */
int change_unset(struct manager *manager, const char *name, char **keys, struct steps *steps,
		 char **reterr_sentence);

#endif
