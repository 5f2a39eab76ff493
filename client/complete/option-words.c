/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/complete/option-words.h"

#include <stdio.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/command-line.h"
#include "client/base/help.h"
#include "client/complete/existing.h"

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

static const struct {
	enum option_id option;
	void (*tell)(struct completion *completion);
} values[] = {
	{ OPTION_COLUMNS, tell_columns }, { OPTION_SORT, tell_columns },  { OPTION_OWNER, existing_users },
	{ OPTION_LOCK, tell_semaphores }, { OPTION_IPC_OF, tell_places },
};

void option_words_complete_value(struct completion *completion, const struct option_row *row,
				 const char *value)
{
	const char *comma = row->is_list ? strrchr(value, ',') : NULL;

	completion->n_kept = (size_t)(value - completion->word);
	if (row->option == OPTION_SORT && value[0] == '-') /* descending */
		completion->n_kept++;
	if (comma != NULL) {
		completion->n_kept = (size_t)(comma + 1 - completion->word);
		completion->list = value;
	}
	if (row->words != NULL)
		completion_tell_words(completion, row->words);
	if (row->argument != NULL && strcmp(row->argument, "FILE") == 0)
		puts(":files");
	if (row->argument != NULL && strcmp(row->argument, "DIR") == 0)
		puts(":folders");
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (values[i].option == row->option)
			values[i].tell(completion);
}
