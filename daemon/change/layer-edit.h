/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_LAYER_EDIT_H
#define KIPC_DAEMON_CHANGE_LAYER_EDIT_H

#include "daemon/run/manager.h"

/*
 * The new text of a channel's file in the runtime layer after a change by kipcctl; NULL: no file. All return 0, -ENOMEM, or
 * another errno with a sentence in *reterr_sentence. They change no file.
 */
int layer_edit_create(enum kipc_kind kind, const char *name, char **assignments, char **ret_text,
		      char **reterr_sentence);
int layer_edit_set(const struct manager *manager, const struct channel_spec *spec, char **assignments,
		   char **ret_text, char **reterr_sentence);
/* `spec` NULL: no section declares the name yet. */
int layer_edit_adopt(const struct manager *manager, const struct channel_spec *spec, enum kipc_kind kind,
		     const char *name, char **assignments, char **ret_text, char **reterr_sentence);
/* Takes back the values that set and adopt gave these keys (none: all keys). 0 with *ret_n = 0: there were none. */
int layer_edit_unset(const struct manager *manager, const char *name, char **keys, char **ret_text,
		     size_t *ret_n, char **reterr_sentence);
/* After a removal: only values that override a section in a file remain. */
int layer_edit_remove(const struct manager *manager, const char *name, char **ret_text);

/* RUNTIME/kipcd.conf.d/NAME.conf; NULL: no memory. */
char *layer_edit_path(const struct runtime *runtime, const char *name);

/* The file as it was last read or written, or NULL. */
const struct config_source *layer_edit_source(const struct manager *manager, const char *name);

#endif
