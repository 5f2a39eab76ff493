/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_LAYER_CHANGE_H
#define KIPC_DAEMON_CHANGE_LAYER_CHANGE_H

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* The configuration with a text (NULL: nothing) as what the runtime layer says of a channel. */
struct layer_change {
	char *path;
	struct config_source *sources;
	size_t n_sources;
	struct config *config;
};

/* Judges it. -EINVAL with every mistake in *reterr_text; -ENOMEM. End it with layer_change_done() in either case. */
int layer_change_prepare(const struct manager *manager, const char *name, const char *text,
			 struct layer_change *change, char **reterr_text);
void layer_change_done(struct layer_change *change);

/* Reconciles that one channel with it. On success the manager has its configuration. */
int layer_change_carry_out(struct manager *manager, const char *name, struct layer_change *change,
			   struct steps *steps);

/*
 * Makes `text` (NULL: nothing) what the runtime layer says of a channel, and reconciles that channel. After a failure, nothing
 * has changed; after success, call layer_file_settle() or layer_change_revert().
 */
int layer_change_try(struct manager *manager, const char *name, const char *text, struct steps *steps,
		     char **reterr_text);

/* The same, and settles it. */
int layer_change(struct manager *manager, const char *name, const char *text, struct steps *steps,
		 char **reterr_text);

/* Back to `text`, what the layer said before layer_change_try(). */
int layer_change_revert(struct manager *manager, const char *name, const char *text);

#endif
