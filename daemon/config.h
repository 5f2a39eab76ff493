/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_H
#define KIPC_DAEMON_CONFIG_H

/*
 * From configuration text to channel_specs: a pure function. What it must ask the machine (users, groups,
 * ftok's inode) comes in through struct config_world, so that tests hand it tables.
 */

#include "daemon/problems.h"
#include "daemon/spec.h"

/* One file's text. Later sources override earlier ones key by key. */
struct config_source {
	char *name; /* its path, for messages */
	char *text; /* NUL-terminated behind `size` bytes; may hold NULs, which are mistakes */
	size_t size;
	bool runtime_layer; /* made by kipcctl create/set: `activate` is not allowed here */
};

struct config_world {
	uid_t (*own_uid)(void); /* kipcd's own: the default owner and group */
	gid_t (*own_gid)(void);
	int (*user)(const char *name, uid_t *ret_uid); /* -ENOENT: unknown */
	int (*group)(const char *name, gid_t *ret_gid);
	int (*ftok)(const char *path, int project, key_t *ret_key); /* negative errno of stat(2) */
	/* true if logind's RemoveIPC= spares this owner's objects (a system user) */
	bool (*user_is_system)(uid_t uid);
};

/* The real machine: geteuid, getegid, getpwnam, getgrnam, ftok(3). */
extern const struct config_world config_world_of_this_machine;

struct config {
	/* [daemon] */
	bool has_admin_group;
	gid_t admin_group;
	uint64_t sample_interval; /* microseconds */

	struct channel_spec *channels; /* sorted by name */
	size_t n_channels;

	char **origins; /* the names of the sources, which specs point to */
	size_t n_origins;
};

/*
 * Parses and merges all sources. Returns 0 and a config; -EBADMSG when `problems` has at least one mistake,
 * and then all of them, in order of file and line (what source_list_read() found counts too); -ENOMEM.
 * Warnings go to `problems` too and are no mistakes.
 */
int config_parse(const struct config_source *sources, size_t n_sources, const struct config_world *world,
		 struct problems *problems, struct config **ret_config);

struct config *config_free(struct config *config);

/* The channel of that name, or NULL. */
const struct channel_spec *config_find(const struct config *config, const char *name);

#endif
