/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_KEYS_H
#define KIPC_DAEMON_CONFIG_KEYS_H

/* The one table of the configuration's keys (in config/keys.c), and what a key's parser is given. */

#include "daemon/config/config.h"

/*
 * The users or groups that were asked for already: a look-up in the system's tables costs as much as 100
 * lines.
 */
struct known_ids {
	struct known_id {
		char *name;
		uid_t id;
		int result;
	} * items;
	size_t n_items;
};

void known_ids_done(struct known_ids *known);

#define KEY_SENTENCE_MAX 512

/* One KEY = VALUE on its way into a spec. */
struct key_input {
	const char *key, *value;
	const struct config_world *world;
	struct known_ids *users, *groups;
	char sentence[KEY_SENTENCE_MAX]; /* what is wrong with it and what would be right; set on -EINVAL */
};

/* Puts the sentence in its place and returns -EINVAL. */
int key_refuse(struct key_input *input, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What else is to be known of a key, beyond its kinds. */
enum {
	KEY_OF_MAKING = 1 << 0,	  /* says how kipcd makes or keeps an object: not for observed channels */
	KEY_NOT_FOR_RAW = 1 << 1, /* of segments, only rings have it */
};

/* The sections that a key is for: KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE, and this. */
#define CONFIG_DAEMON 8U

struct config_key {
	const char *name;
	/*
	 * Reads input->value into `member`, the member of that offset (0: the whole struct). 0; -EINVAL with
	 * a sentence; -ENOMEM. Called again when a later file has the key again: the old value is replaced.
	 */
	int (*parse)(struct key_input *input, void *member);
	size_t offset;	      /* in struct channel_spec; of CONFIG_DAEMON's, in struct config */
	unsigned sections;    /* which sections take it */
	unsigned required_by; /* which of those cannot do without it (observed channels can) */
	const char *example;  /* a value for who has left it out */
	unsigned flags;
};

/* The rows of config_keys. */
enum config_key_id {
	CONFIG_KEY_KEY,
	CONFIG_KEY_OWNER,
	CONFIG_KEY_GROUP,
	CONFIG_KEY_MODE,
	CONFIG_KEY_MANAGE,
	CONFIG_KEY_LIFETIME,
	CONFIG_KEY_WARN_AT,
	CONFIG_KEY_ACTIVATE,
	CONFIG_KEY_DESCRIPTION,
	CONFIG_KEY_CAPACITY,
	CONFIG_KEY_SIZE,
	CONFIG_KEY_LAYOUT,
	CONFIG_KEY_MAX_MESSAGE,
	CONFIG_KEY_FIELD, /* "field.NAME": its parser is given a struct field_spec */
	CONFIG_KEY_VALUES,
	CONFIG_KEY_DAEMON_GROUP,
	CONFIG_KEY_SAMPLE_INTERVAL,
	CONFIG_N_KEYS
};

extern const struct config_key config_keys[CONFIG_N_KEYS];

/* The row that a key means in such a section (several bits: in one of them); -ENOENT: none. */
int config_key_find(const char *key, unsigned section, enum config_key_id *ret_id);

/* Sets the sentence for a key that such a section does not take. */
void config_key_explain(struct key_input *input, unsigned section);

#endif
