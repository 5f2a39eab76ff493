/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_CONFIG_H
#define KIPC_DAEMON_CONFIG_CONFIG_H

/* The configuration as a value: all channels that are declared, and what of the files is not in force. parse.h makes one. */

#include "daemon/config/layer.h"
#include "daemon/config/spec.h"

/* A value of a file that is not in force, and the value that is. */
struct config_override {
	char name[KIPC_NAME_MAX + 1];
	char *key;		/* "mode", "field.price" */
	char *declared, *value; /* as they are written */
	const char *file; /* where `declared` stands; owned by the config. NULL: kipcctl create gave it */
	unsigned line;
	enum layer_verb verb;
	char *declared_value; /* `declared` as config_keys_value() prints it; NULL: unknown */
	bool changes_nothing; /* both mean the same: 16K and 16384 */
};

/* A part of the runtime layer that is set aside. */
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

struct config *config_free(struct config *config);

/* NULL: no such channel. */
const struct channel_spec *config_find(const struct config *config, const char *name);

/* What is overridden, key by key. */
const struct config_override *config_overrides(const struct config *config, const char *name, size_t *ret_n);

/* "mode = 0600 in kipcd.conf:12 is overridden by 'kipcctl set' (0660)", with "; " between; freed by the caller. NULL: no value
 * of a file is overridden, or no memory. */
char *config_overrides_to_string(const struct config *config, const char *name);

/* Whether and why the channel's part of the runtime layer is set aside; NULL: it is not. */
const struct config_aside *config_aside_of(const struct config *config, const char *name);

void config_override_done(struct config_override *override);

#endif
