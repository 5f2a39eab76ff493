/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_STEPS_H
#define KIPC_DAEMON_RUN_STEPS_H

/* What a reconcile did, or what a plan would do, one step a channel: for the client that asked. */

#include "common/channel-words.h"
#include "lib/kipc.h"

struct step {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	enum plan_action action;
	enum channel_state state;
	char *detail; /* NULL: none */
};

struct steps {
	struct step *items; /* sorted by name */
	size_t n_items;
};

/* Copies `detail`, which may be NULL. -ENOMEM. */
int steps_add(struct steps *steps, const char *name, enum kipc_kind kind, enum plan_action action,
	      enum channel_state state, const char *detail);

void steps_done(struct steps *steps);

#define CLEANUP_STEPS __attribute__((cleanup(steps_done)))

#endif
