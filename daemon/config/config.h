/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_CONFIG_H
#define KIPC_DAEMON_CONFIG_CONFIG_H

/*
 * From configuration text to channel_specs: a pure function. What it must ask the machine (users, groups,
 * ftok's inode) comes in through struct config_world, so that tests hand it tables.
 */

#include "common/config/problems.h"
#include "daemon/config/layer.h"
#include "daemon/config/spec.h"

/* One file's text. Later sources override earlier ones key by key. */
struct config_source {
	char *name; /* its path, for messages */
	char *text; /* NUL-terminated behind `size` bytes; may hold NULs, which are mistakes */
	size_t size;
	bool runtime_layer; /* made by kipcctl: see layer.h; `activate` is not allowed here */
	bool is_argument; /* … by the current call: mistakes cite its arguments, not a file that is not there yet */
	char *aside; /* why it is passed over; NULL: it is read */
};

struct config_world {
	uid_t (*own_uid)(void); /* kipcd's own: the default owner and group */
	gid_t (*own_gid)(void);
	int (*user)(const char *name, uid_t *ret_uid); /* -ENOENT: unknown */
	int (*group)(const char *name, gid_t *ret_gid);
	/* negative errno of stat(2), or -ETIMEDOUT; *ret_key is then the key that the file had last, 0: not known */
	int (*ftok)(const char *path, int project, key_t *ret_key);
	/* true if logind's RemoveIPC= spares this owner's objects (a system user) */
	bool (*user_is_system)(uid_t uid);
};

/* The real machine: geteuid, getegid, getpwnam, getgrnam, ftok(3). */
extern const struct config_world config_world_of_this_machine;

/* A value of a file that is not in force, and the value that is. */
struct config_override {
	char name[KIPC_NAME_MAX + 1];
	char *key;		/* "mode", "field.price" */
	char *declared, *value; /* as they are written */
	const char *file; /* where `declared` stands; owned by the config. NULL: kipcctl create said it */
	unsigned line;
	enum layer_verb verb;
};

/* A part of the runtime layer that is passed over. */
struct config_aside {
	char name[KIPC_NAME_MAX + 1];
	bool declares; /* it would declare the channel */
	char *why;
};

struct config {
	/* [daemon] */
	bool has_admin_group;
	gid_t admin_group;
	char admin_group_name[64]; /* as it was written */
	uint64_t sample_interval;  /* microseconds */

	struct channel_spec *channels; /* sorted by name */
	size_t n_channels;

	char **origins; /* the names of the sources, which specs point to */
	size_t n_origins;
	struct value_place *places; /* of all channels, which specs point into */

	struct config_override *overrides; /* sorted by name */
	size_t n_overrides;
	struct config_aside *asides;
	size_t n_asides;
};

/*
 * Parses and merges all sources. Returns 0 and a config; -EBADMSG when `problems` has at least one mistake,
 * and then all of them, in order of file and line (what source_list_read() found counts too); -ENOMEM.
 * Warnings go to `problems` too and are no mistakes.
 */
int config_parse(const struct config_source *sources, size_t n_sources, const struct config_world *world,
		 struct problems *problems, struct config **ret_config);

/*
 * The same, but a part of the runtime layer that does not go with the files is marked in the sources (config_source::aside),
 * warned of, and passed over. Only mistakes in the administrator's own files count.
 */
int config_load(struct config_source *sources, size_t n_sources, const struct config_world *world,
		struct problems *problems, struct config **ret_config);

struct config *config_free(struct config *config);

/* The channel of that name, or NULL. */
const struct channel_spec *config_find(const struct config *config, const char *name);

/* What is overridden, key by key. */
const struct config_override *config_overrides(const struct config *config, const char *name, size_t *ret_n);

/* "mode = 0600 in kipcd.conf:12 is overridden by 'kipcctl set' (0660)", with "; " between; freed by the caller. NULL: nothing
 * of a file is, or no memory. */
char *config_overrides_to_string(const struct config *config, const char *name);

/* Whether and why what the runtime layer says of the channel is passed over; NULL: it is not. */
const struct config_aside *config_aside_of(const struct config *config, const char *name);

#endif
