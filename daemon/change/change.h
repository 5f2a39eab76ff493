/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_CHANGE_H
#define KIPC_DAEMON_CHANGE_CHANGE_H

/* What kipcctl create, set, unset, remove and recover change. */

#include "daemon/run/manager.h"
#include "daemon/run/report.h"

/* All give a sentence in *reterr_text on failure. */
int runtime_layer_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
			 struct report *report, char **reterr_text);
/* A section for what is handed over, in place of what the layer said of that name; for adopt(). */
int runtime_layer_adopt(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
			struct report *report, char **reterr_text);
int runtime_layer_set(struct manager *manager, const char *name, char **assignments, struct report *report,
		      char **reterr_text);
/* Takes back what set, and adopt of a declared name, said of these keys; without any, of all. */
int runtime_layer_unset(struct manager *manager, const char *name, char **keys, struct report *report,
			char **reterr_text);
int runtime_layer_remove(struct manager *manager, const char *name, bool force, bool dry_run, char **ret_lost,
			 char **reterr_text);
int runtime_layer_recover(struct manager *manager, const char *name, struct report *report,
			  char **reterr_text);

#endif
