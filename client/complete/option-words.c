/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/complete/option-words.h"

#include <stdio.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/command-line.h"
#include "client/base/help.h"
#include "client/complete/existing.h"
#include "common/channel-words.h"

void option_words_complete_name(struct completion *completion)
{
	const struct command *command = completion->command;
	char text[32];

	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!options_everywhere.has[row->option] &&
		    !(command != NULL && command->options.has[row->option]))
			continue;
		if (!command_line_may_join(&completion->options, command, row->option))
			continue;
		(void)snprintf(text, sizeof text, "--%s%s", row->name, row->argument != NULL ? "=" : "");
		completion_tell(completion, text, help_of_option(command, row));
		(void)snprintf(text, sizeof text, "-%c", row->letter);
		if (row->letter != 0)
			completion_tell(completion, text, help_of_option(command, row));
	}
}

static void tell_columns(struct completion *completion)
{
	completion_tell_from_control_half(completion, CONTROL_WORDS_COLUMNS, completion_tell);
}

static void tell_semaphores(struct completion *completion)
{
	existing_channels(completion, CHANNEL_SEMAPHORE);
}

static void tell_places(struct completion *completion)
{
	if (completion->command == NULL || completion->command->takes_all_places)
		completion_tell(completion, "all", "every IPC namespace");
	existing_processes(completion);
}

static const char *const groups[] = { "owner", "creator", "process", NULL };
static const char *const registries[] = { "ours", "another", NULL };
static const char *const severities[] = { "warning", "danger", NULL };

static const struct {
	enum option_id option;
	const char *const *words;
	void (*tell)(struct completion *completion);
	bool is_list;
} values[] = {
	{ OPTION_KIND, channel_kinds, .is_list = true },
	{ OPTION_STATE, channel_state_words, .is_list = true },
	{ OPTION_COLUMNS, .tell = tell_columns, .is_list = true },
	{ OPTION_OWNER, .tell = existing_users, .is_list = true },
	{ OPTION_SORT, .tell = tell_columns },
	{ OPTION_LOCK, .tell = tell_semaphores },
	{ OPTION_IPC_OF, .tell = tell_places },
	{ OPTION_GROUP_BY, groups },
	{ OPTION_REGISTRY, registries },
	{ OPTION_FAIL_ON, severities },
};

void option_words_complete_value(struct completion *completion, const struct option_row *row,
				 const char *value)
{
	const char *comma = strrchr(value, ',');

	completion->n_kept = (size_t)(value - completion->word);
	if (row->option == OPTION_SORT && value[0] == '-') /* descending */
		completion->n_kept++;
	if (row->argument != NULL && strcmp(row->argument, "FILE") == 0)
		puts(":files");
	if (row->argument != NULL && strcmp(row->argument, "DIR") == 0)
		puts(":folders");
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		if (values[i].option != row->option)
			continue;
		if (comma != NULL && values[i].is_list) {
			completion->n_kept = (size_t)(comma + 1 - completion->word);
			completion->list = value;
		}
		if (values[i].words != NULL)
			completion_tell_words(completion, values[i].words);
		if (values[i].tell != NULL)
			values[i].tell(completion);
	}
}
