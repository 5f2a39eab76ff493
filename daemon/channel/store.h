/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_STORE_H
#define KIPC_DAEMON_CHANNEL_STORE_H

/*
 * The registry on disk: kipcd's memory of what it owns, and how clients resolve names. Links are written here and
 * nowhere else. `channels_fd` is the folder.
 */

#include "common/nsid.h"
#include "daemon/plan/registry.h"

/*
 * All links and intents, sorted by name. Free with store_registry_done(). One that cannot be read fails the whole:
 * -ENOMEM, errors of reading.
 */
int store_read(int channels_fd, struct registry *ret_registry);
void store_registry_done(struct registry *registry);

/* 1: there is neither link nor intent, 0: there is; errors of reading. */
int store_is_empty(int channels_fd);

/* ".ns" as it stands there. -ENOENT; -EINVAL: it is no link; errors of readlinkat(2). */
int store_read_namespace(int channels_fd, char buffer[static REGISTRY_NAMESPACE_MAX]);
int store_write_namespace(int channels_fd, const char *namespace);

/* Replaces ".nsid" in one step. */
int store_write_nsid(int channels_fd, const struct nsid *nsid);

/*
 * Renames the registry's folder to "channels.old-TIME-WHY", which is left in `name`. The last STORE_ASIDE_KEPT of these
 * stay, once store_prune_aside() has been called.
 */
#define STORE_ASIDE_MAX 96
#define STORE_ASIDE_KEPT 3
int store_move_aside(int runtime_fd, const char *why, char name[static STORE_ASIDE_MAX]);
void store_prune_aside(int runtime_fd);

/*
 * Opens a small file of kipcd's own in the folder. Neither waits for anything: `text` may be a FIFO that somebody put there, and what
 * lies in the place of a new one is removed, whether a kill left it or somebody else.
 */
int store_open_text(int channels_fd, const char *name);
int store_open_new(int channels_fd, const char *name, mode_t mode);

/* Writes a link: a new name in one step, an old one replaced by rename. */
int store_write_link(int channels_fd, const char *name, const struct registry_link *link, bool is_new);
int store_drop_link(int channels_fd, const char *name);

/*
 * What is about to be made, in one file, before the first of it is: after a kill in between, the next start knows the
 * half-made objects for its own. Written whole or not at all; none when n is 0.
 */
struct store_intent {
	const char *name;
	enum kipc_kind kind;
	key_t key;
};
int store_write_intents(int channels_fd, const struct store_intent *intents, size_t n_intents);

#endif
