/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_CHANGE_H
#define KIPC_DAEMON_CHANGE_CHANGE_H

/* What kipcctl create, set, unset, remove and recover change. */

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* All give a sentence in *reterr_text on failure. */
int change_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		  struct steps *steps, char **reterr_text);
/* A section for what is handed over, in place of what the layer said of that name; for adopt(). */
int change_adopt(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		 struct steps *steps, char **reterr_text);
int change_set(struct manager *manager, const char *name, char **assignments, struct steps *steps,
	       char **reterr_text);
/* Takes back what set, and adopt of a declared name, said of these keys; without any, of all. */
int change_unset(struct manager *manager, const char *name, char **keys, struct steps *steps,
		 char **reterr_text);

#endif
