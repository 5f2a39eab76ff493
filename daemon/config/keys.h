/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_KEYS_H
#define KIPC_DAEMON_CONFIG_KEYS_H

/* kipcd's table of keys: those of common/channel-keys.h, and those of [daemon]. */

#include "common/channel-keys.h"
#include "common/config/keys.h"
#include "daemon/config/accounts.h"
#include "daemon/config/spec.h"
#include "daemon/config/world.h"

/* [daemon] in config_key::sections, beside the classes of channels. */
#define CONFIG_DAEMON (1U << 4)

#define CONFIG_KEY_ID(id, ...) CONFIG_KEY_##id,
enum config_key_id {
	CHANNEL_KEYS(CONFIG_KEY_ID) /* CONFIG_KEY_KEY, CONFIG_KEY_OWNER, … */
	CONFIG_KEY_DAEMON_GROUP,
	CONFIG_KEY_SAMPLE_INTERVAL,
	CONFIG_N_KEYS
};
#undef CONFIG_KEY_ID

/*
 * The rows of channels parse into a struct channel_spec, that of field.NAME into a struct field_spec, those of [daemon] into a
 * struct config.
 */
extern const struct config_key config_keys[CONFIG_N_KEYS];

/* config_input::context of these rows. */
struct config_context {
	const struct config_world *world;
	struct accounts *users, *groups;
};

enum channel_class config_keys_class_of(const struct channel_spec *spec);

/* The row that a key means in one of these sections; -ENOENT: none. */
int config_keys_find(const char *key, unsigned sections, enum config_key_id *ret_id);

/* Sets the sentence for a key that these sections do not have. */
void config_keys_explain(struct config_input *input, unsigned sections);

/* The value of a key in one form for equal values; the caller frees it. NULL: unset, or no memory. */
char *config_keys_value(enum config_key_id id, const void *object);

#endif
