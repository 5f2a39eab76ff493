/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_LAYER_CHANGE_H
#define KIPC_DAEMON_CHANGE_LAYER_CHANGE_H

#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* The configuration with another text (NULL: none) as the file of one channel in the runtime layer. */
struct layer_change {
	char *path;
	struct config_source *sources;
	size_t n_sources;
	struct config *config;
};

/* Parses it. -EINVAL with every mistake in *reterr_sentence; -ENOMEM. To be freed in any case. */
int layer_change_prepare(const struct manager *manager, const char *name, const char *text,
			 struct layer_change *change, char **reterr_sentence);
void layer_change_done(struct layer_change *change);

#define CLEANUP_LAYER_CHANGE __attribute__((cleanup(layer_change_done)))

/* Reconciles that one channel with it. On success the manager owns its configuration. */
int layer_change_carry_out(struct manager *manager, const char *name, struct layer_change *change,
			   struct steps *steps);

/*
 * Makes `text` (NULL: none) the channel's file in the runtime layer, and reconciles that channel. After a failure nothing
 * has changed; after success, call layer_file_settle() or layer_change_revert().
 */
int layer_change_try(struct manager *manager, const char *name, const char *text, struct steps *steps,
		     char **reterr_sentence);

/* The same, with layer_file_settle(). */
int layer_change(struct manager *manager, const char *name, const char *text, struct steps *steps,
		 char **reterr_sentence);

/* Takes layer_change_try() back: `text` is what the file contained before. */
int layer_change_revert(struct manager *manager, const char *name, const char *text);

#endif
