/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_CONTROL_H
#define KIPC_CLIENT_DATA_CONTROL_H

/*
 * The control half of kipcctl (kipcctl-control.so): the bus, tables and JSON. It is loaded by the verbs that need
 * it, because loading those libraries costs more than a whole `kipcctl send`.
 */

#include <stdio.h>

#include "client/base/command.h"
#include "client/data/complete.h"

struct control_half {
	const char *version; /* must be ours */
	/* list, show, limits, create, set, remove, recover, plan, reload: by invocation->command->name */
	enum status (*run)(const struct invocation *invocation);
	/* {"type":N,"size":N,"text":"…"} or "base64"; a malloc'd line without newline, NULL when out of memory */
	char *(*message_to_json)(long type, const void *body, size_t size, size_t *ret_size);
	/* the other way; see message-json.h */
	int (*message_from_json)(const char *line, size_t n_line, long *ret_type, void **ret_body,
				 size_t *ret_size, const char **reterr_why);
	/* what kipcd knows of a name without an object; NULL: nothing. See report.h */
	char *(*explain_name)(const struct invocation *invocation, const char *name);
	/* tells what there is; nothing if it cannot be known */
	void (*complete)(const struct invocation *invocation, enum complete_what what, complete_tell *tell,
			 void *context);
};

/* The symbol that the module exports. */
#define CONTROL_HALF_SYMBOL "kipcctl_control_half"

/* Its explain_name(), for the data half. */
char *control_half_explain_name(const struct invocation *invocation, const char *name);

/* Loads it once; NULL after having said why not. */
const struct control_half *control_half_load(const struct invocation *invocation);

#endif
