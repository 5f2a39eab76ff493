/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Configuration keys on the command line. A test compares them with kipcd's table (daemon/config/keys.c). */

#include "client/complete/keys.h"

#include <string.h>

#include "client/base/channel.h"
#include "client/complete/existing.h"
#include "common/channel-words.h"

/* All but activate, which only files may set. */
static const struct {
	const char *name;
	unsigned classes;
	const char *help;
	const char *const *values;
	void (*tell_values)(struct completion *completion);
} keys[] = {
	{ "key=", CHANNEL_ANY, "the kernel's key: a number, or ftok:PATH:N" },
	{ "owner=", CHANNEL_ANY, "the user that owns it", .tell_values = existing_users },
	{ "group=", CHANNEL_ANY, "the group that owns it", .tell_values = existing_groups },
	{ "mode=", CHANNEL_ANY, "permissions to read and write (0660)" },
	{ "manage=", CHANNEL_ANY, "whether kipcd creates it or only observes it", manage_words },
	{ "lifetime=", CHANNEL_ANY, "when kipcd removes it", lifetime_words },
	{ "description=", CHANNEL_ANY, "its purpose" },
	{ "warn_at=", CHANNEL_STREAM, "warn at this percentage of use" },
	{ "capacity=", CHANNEL_QUEUE, "maximum size of all its messages" },
	{ "size=", CHANNEL_SEGMENT, "its size" },
	{ "layout=", CHANNEL_SEGMENT, "the program's own bytes, or a stream of messages", layout_words },
	{ "max_message=", CHANNEL_RING, "size of the largest message" },
	{ "field.", CHANNEL_RAW, "the meaning of some bytes: field.NAME=TYPE@OFFSET" },
	{ "values=", CHANNEL_SEMAPHORE, "initial values of the semaphores" },
};

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

	if (value != NULL)
		completion->n_kept = (size_t)(value + 1 - word);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (value == NULL && (keys[i].classes & classes) != 0)
			completion_tell(completion, keys[i].name, keys[i].help);
		if (value == NULL || strlen(keys[i].name) != completion->n_kept ||
		    strncmp(keys[i].name, word, completion->n_kept) != 0)
			continue;
		if (keys[i].values != NULL)
			completion_tell_words(completion, keys[i].values);
		if (keys[i].tell_values != NULL)
			keys[i].tell_values(completion);
	}
}
