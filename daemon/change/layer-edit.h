/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_LAYER_EDIT_H
#define KIPC_DAEMON_CHANGE_LAYER_EDIT_H

#include "daemon/run/manager.h"

/*
 * The new text of a channel's file of the runtime layer after a change by kipcctl; NULL: no file. All return 0, -ENOMEM, or
 * another errno with a sentence in *reterr_text. Nothing is changed here.
 */
int layer_edit_create(enum kipc_kind kind, const char *name, char **assignments, char **ret_text,
		      char **reterr_text);
int layer_edit_set(const struct manager *manager, const struct channel_spec *spec, char **assignments,
		   char **ret_text, char **reterr_text);
/* `spec` NULL: nothing declares the name yet. */
int layer_edit_adopt(const struct manager *manager, const struct channel_spec *spec, enum kipc_kind kind,
		     const char *name, char **assignments, char **ret_text, char **reterr_text);
/* Takes back what set and adopt said of these keys (without any: of all). 0 with *ret_n = 0: there was nothing. */
int layer_edit_unset(const struct manager *manager, const char *name, char **keys, char **ret_text,
		     size_t *ret_n, char **reterr_text);
/* Once the channel is removed: only what overrides a section of the administrator's stays. */
int layer_edit_remove(const struct manager *manager, const char *name, char **ret_text);

/* RUNTIME/kipcd.conf.d/NAME.conf; NULL: no memory. */
char *layer_edit_path(const struct runtime *runtime, const char *name);

/* What it says now; NULL: there is no such file. */
const struct config_source *layer_edit_source(const struct manager *manager, const char *name);

#endif
