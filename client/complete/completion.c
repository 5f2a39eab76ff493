/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Prints candidates; a word that the command line has already is no candidate. */

#include "client/complete/completion.h"

#include <stdio.h>
#include <string.h>

/* Whether the command line has this candidate already. */
static bool is_taken(const struct completion *completion, const char *word)
{
	size_t n = strlen(word);

	if (n == 0)
		return true;
	for (int i = completion->first_taken; i < completion->n_operands; i++)
		if (strncmp(completion->operands[i], word, n) == 0 &&
		    (word[n - 1] == '=' || completion->operands[i][n] == '\0'))
			return true;
	for (const char *p = completion->list; p != NULL && p < completion->word + completion->n_kept;) {
		size_t n_item = strcspn(p, ",");

		if (n_item == n && memcmp(p, word, n) == 0)
			return true;
		p += n_item + 1;
	}
	return false;
}

void completion_tell(void *context, const char *word, const char *help)
{
	const struct completion *completion = context;

	if (!is_taken(completion, word))
		printf("%.*s%s\t%s\n", (int)completion->n_kept, completion->word, word, help);
}

void completion_tell_words(struct completion *completion, const char *const *words)
{
	for (; *words != NULL; words++)
		completion_tell(completion, *words, "");
}

const char *completion_runtime_dir(const struct completion *completion, char buffer[static PATH_MAX])
{
	const char *folder;

	return options_runtime_dir(&completion->options, buffer, &folder) == STATUS_DONE ? folder : "";
}

void completion_tell_from_control_half(struct completion *completion, enum control_words words,
				       control_tell *tell)
{
	char buffer[PATH_MAX];
	const struct invocation invocation = {
		.command = completion->command,
		.options = &completion->options,
		.runtime_dir = completion_runtime_dir(completion, buffer),
		.n_args = completion->n_operands,
		.args = completion->operands,
	};
	const struct control_half *half = completion->command != NULL ? control_load(&invocation) : NULL;

	if (half != NULL)
		half->complete(&invocation, words, tell, completion);
}
