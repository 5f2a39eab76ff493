/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_STORE_H
#define KIPC_DAEMON_STORE_H

/*
 * The registry on disk: kipcd's memory of what it owns, and how clients resolve names. Links are written here and
 * nowhere else. `channels_fd` is the folder.
 */

#include "daemon/plan.h"

/*
 * All links and intents, sorted by name, if they speak of this boot and this IPC namespace. Those of another one mean
 * nothing any more: they are removed, and *ret_was_another says so. Free with store_registry_done().
 */
int store_read(int channels_fd, struct registry *ret_registry, bool *ret_was_another);
void store_registry_done(struct registry *registry);

/* Names this boot and IPC namespace in ".ns". */
int store_write_namespace(int channels_fd);

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
	pid_t maker; /* whose operations on a semaphore set, and attachments of a segment, do not count as use */
	bool is_ring;
};
int store_write_intents(int channels_fd, const struct store_intent *intents, size_t n_intents);

#endif
