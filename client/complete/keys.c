/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Configuration keys on the command line, from the table that kipcd reads them with. */

#include "client/complete/keys.h"

#include <stdio.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/complete/existing.h"
#include "common/channel-keys.h"
#include "common/config/keys.h"

#define KEY_WORD_MAX 32 /* "max_message=" */

/* clang-format off */
#define KEY_ROW(id, key, classes, type, member, ...) { .name = key, .sections = classes, __VA_ARGS__ },
static const struct config_key keys[] = { CHANNEL_KEYS(KEY_ROW) };
/* clang-format on */

/* "mode=", but "field." if any name can stand behind the dot. */
static void key_to_word(const struct config_key *key, char word[static KEY_WORD_MAX])
{
	const char *dot = strchr(key->name, '.');

	if (dot != NULL)
		(void)snprintf(word, KEY_WORD_MAX, "%.*s", (int)(dot + 1 - key->name), key->name);
	else
		(void)snprintf(word, KEY_WORD_MAX, "%s=", key->name);
}

static void tell_key(struct completion *completion, const struct config_key *key, const char *word)
{
	char help[128];

	if (key->preset != NULL)
		(void)snprintf(help, sizeof help, "%s (%s)", key->help, key->preset);
	else
		(void)snprintf(help, sizeof help, "%s", key->help);
	completion_tell(completion, word, help);
}

static void tell_values(struct completion *completion, const struct config_key *key)
{
	if (key->words != NULL)
		completion_tell_words(completion, key->words);
	if ((key->flags & KEY_IS_USER) != 0)
		existing_users(completion);
	if ((key->flags & KEY_IS_GROUP) != 0)
		existing_groups(completion);
}

/* The classes of the channel that `create` creates or `set` changes. */
static unsigned classes_of_operands(const struct completion *completion)
{
	enum kipc_kind kind = kipc_kind_from_string(completion->operands[0]);
	char buffer[PATH_MAX];
	struct kipc_name name;

	for (int i = 2; i < completion->n_operands; i++)
		if (strcmp(completion->operands[i], "layout=ring") == 0)
			return CHANNEL_RING;
	if (strcmp(completion->command->name, "create") == 0)
		return channel_classes_of_kinds(kind);
	return kipc_registry_lookup(completion_runtime_dir(completion, buffer), completion->operands[0],
				    &name) == 0
		       ? channel_class_of_name(&name)
		       : CHANNEL_ANY;
}

void keys_complete(struct completion *completion, const char *word)
{
	unsigned classes = classes_of_operands(completion);
	const char *value = strchr(word, '=');
	char key_word[KEY_WORD_MAX];

	if (value != NULL)
		completion->n_kept = (size_t)(value + 1 - word);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if ((keys[i].flags & KEY_IN_FILES_ONLY) != 0)
			continue;
		key_to_word(&keys[i], key_word);
		if (value == NULL && (keys[i].sections & classes) != 0)
			tell_key(completion, &keys[i], key_word);
		else if (value != NULL && strlen(key_word) == completion->n_kept &&
			 strncmp(key_word, word, completion->n_kept) == 0)
			tell_values(completion, &keys[i]);
	}
}
