/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_OVERRIDES_H
#define KIPC_DAEMON_CONFIG_OVERRIDES_H

/* Notes what is not in force while a configuration is read: values that kipcctl overrides, and parts that are set aside. */

#include "common/config/problems.h"
#include "daemon/config/config.h"
#include "daemon/config/draft.h"

/*
 * Notes that a value of the runtime layer (`value`, by `verb`) replaces the one at `old`; the first value that was replaced is
 * the declared one. *declared_value is that value as config_keys_value() prints it; it is taken over if it is needed.
 * *ret_override: the note, until the next call; NULL: there was nothing to replace. -ENOMEM.
 */
int config_override_note(struct config *config, const struct config_source *sources, const char *name,
			 const char *key, struct place old, enum layer_verb verb, const char *value,
			 char **declared_value, struct config_override **ret_override);

int config_aside_note(struct config *config, const char *name, bool declares, const char *why);

/* Sorts the overrides, drops those that change nothing, and warns of the others. The channels must be complete. */
void config_overrides_settle(struct config *config, struct problems *problems);

#endif
