/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Reads the words before the last one as parsing would, and asks for the candidates for the last one. */

#include "client/complete/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/complete/completion.h"
#include "client/complete/operands.h"
#include "client/complete/option-words.h"

/* The most that a user waits after pressing the tab key. */
#define SECONDS_MAX 3

/* The row of "--name" or "--name=…". */
static const struct option_row *find_long_option(const char *word)
{
	return option_rows_find_name(word + 2, strcspn(word + 2, "="));
}

/* A wrong value is reported only when the command runs. */
static void take_option(struct completion *completion, const struct option_row *row, const char *value)
{
	if (row == NULL)
		return;
	completion->options.given.has[row->option] = true;
	if (row->argument != NULL && value == NULL)
		completion->pending = row;
	else
		(void)row->form->set(&completion->options, row->offset, value);
}

static void take_letters(struct completion *completion, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = option_rows_find_letter(*letters);
		bool has_value = row != NULL && row->argument != NULL && letters[1];

		take_option(completion, row, has_value ? letters + 1 : NULL);
		if (has_value)
			return;
	}
}

static void take_operand(struct completion *completion, char *word)
{
	if (completion->command != NULL || completion->is_help) {
		completion->operands[completion->n_operands++] = word;
		return;
	}
	for (const struct command *command = completion->commands; command->name != NULL; command++)
		if (strcmp(command->name, word) == 0)
			completion->command = command;
	completion->are_options_over = false; /* "--" before the verb has no effect behind it */
	completion->is_help = completion->command == NULL;
	if (completion->is_help && strcmp(word, "help") != 0)
		completion->operands[completion->n_operands++] = word; /* not a verb: nothing can follow */
}

static void take(struct completion *completion, char *word)
{
	if (completion->pending != NULL) {
		const struct option_row *row = completion->pending;

		completion->pending = NULL;
		take_option(completion, row, word);
	} else if (completion->are_options_over || word[0] != '-' || word[1] == '\0') {
		take_operand(completion, word);
	} else if (strcmp(word, "--") == 0) {
		completion->are_options_over = true;
	} else if (word[1] == '-') {
		const char *value = strchr(word, '=');

		take_option(completion, find_long_option(word), value != NULL ? value + 1 : NULL);
	} else {
		take_letters(completion, word + 1);
	}
}

static bool is_at_command(const struct completion *completion)
{
	return completion->command != NULL && completion->command->runs_command &&
	       completion->n_operands == 1 && completion->pending == NULL;
}

static void complete_last(struct completion *completion, const char *word)
{
	const struct option_row *row;

	completion->word = word;
	completion->first_taken = completion->n_operands;
	if (completion->pending != NULL) {
		option_words_complete_value(completion, completion->pending, word);
	} else if (completion->are_options_over || word[0] != '-') {
		operands_complete(completion, word);
	} else if (strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL) {
		row = find_long_option(word);
		if (row != NULL)
			option_words_complete_value(completion, row, strchr(word, '=') + 1);
	} else {
		option_words_complete_name(completion);
	}
}

enum status complete(const struct command *commands, int n_words, char **words)
{
	struct completion completion = { .commands = commands };

	alarm(SECONDS_MAX);
	if (n_words <= 0)
		return STATUS_USAGE;
	completion.operands = calloc((size_t)n_words + 1, sizeof *completion.operands);
	if (completion.operands == NULL)
		return STATUS_FAILED;
	for (int i = 0; i < n_words; i++) {
		if (is_at_command(&completion) && (completion.are_options_over || words[i][0] != '-')) {
			printf(":command %d\n", i);
			break;
		}
		if (i == n_words - 1)
			complete_last(&completion, words[i]);
		else
			take(&completion, words[i]);
	}
	free(completion.operands);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}
