/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_STORE_H
#define KIPC_DAEMON_CHANNEL_STORE_H

/*
 * The registry on disk: kipcd's memory of what it owns, and how clients resolve names. Only this file writes links. `channels_fd`
 * is the folder.
 */

#include <stdio.h>

#include "common/nsid.h"
#include "daemon/plan/registry.h"

/*
 * All links and intents, sorted by name. Free them with store_registry_done(). If one cannot be read, the call fails: -ENOMEM,
 * errors of reading.
 */
int store_read(int channels_fd, struct registry *ret_registry);
void store_registry_done(struct registry *registry);

/* 1: no link and no intent; 0: some; errors of reading. */
int store_is_empty(int channels_fd);

/* The contents of ".ns". -ENOENT; -EINVAL: not a link; errors of readlinkat(2). */
int store_read_namespace(int channels_fd, char buffer[static REGISTRY_NAMESPACE_MAX]);
int store_write_namespace(int channels_fd, const char *namespace);

/* Replaces ".nsid" in one step. */
int store_write_nsid(int channels_fd, const struct nsid *nsid);

/*
 * Renames the registry's folder to "channels.old-TIME-WHY", which is returned in `name`. store_prune_aside() removes all but the
 * last STORE_ASIDE_KEPT of these.
 */
#define STORE_ASIDE_MAX 96
#define STORE_ASIDE_KEPT 3
int store_move_aside(int runtime_fd, const char *why, char name[static STORE_ASIDE_MAX]);
void store_prune_aside(int runtime_fd);

/*
 * Open a file of kipcd's own, to read it or to write it. Neither blocks, even on a FIFO. Whatever is in the place of a new file
 * is removed, whether a kill or another program left it.
 */
int store_open_text(int folder_fd, const char *name, FILE **ret_file);
int store_open_new(int folder_fd, const char *name, mode_t mode, FILE **ret_file);

/* Closes a new file, and gives it its name if that and all before it, `r`, succeeded; otherwise removes it. */
int store_finish_new(int folder_fd, const char *new_name, FILE *file, int r, const char *name);

/* Writes a link: a new one in one step, an existing one by rename. */
int store_write_link(int channels_fd, const char *name, const struct registry_link *link, bool is_new);
int store_drop_link(int channels_fd, const char *name);

/*
 * Writes what is about to be created, in one file, before the first object is: after a kill, the next start knows the half-made
 * objects as its own. The file is written whole or not at all; if n_intents is 0, it is removed.
 */
struct store_intent {
	const char *name;
	enum kipc_kind kind;
	key_t key;
};
int store_write_intents(int channels_fd, const struct store_intent *intents, size_t n_intents);

#endif
