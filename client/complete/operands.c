/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Verbs and their operands. What an operand can be follows from the words in the verb's row: "ADDR", "SEGMENT",
 * "[FILE]"…
 */

#include "client/complete/operands.h"

#include <stdio.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/complete/existing.h"
#include "client/complete/keys.h"

static void tell_verbs(struct completion *completion)
{
	for (const struct command *command = completion->commands; command->name != NULL; command++)
		completion_tell(completion, command->name, command->help);
	if (!completion->is_help)
		completion_tell(completion, "help", "Print a summary of all verbs, or of one");
}

static const struct {
	const char *form;
	unsigned classes;
} channel_forms[] = {
	{ "ADDR", CHANNEL_ANY },	{ "FROM", CHANNEL_STREAM },	    { "TO", CHANNEL_STREAM },
	{ "SEGMENT", CHANNEL_SEGMENT }, { "SEMAPHORE", CHANNEL_SEMAPHORE }, { "RING", CHANNEL_RING },
	{ "NAME", CHANNEL_ANY },
};

#define FORM_MAX 16

/* The word of the verb's row for its operand `n`, without brackets: "ADDR"; "": none. */
static void find_form(const struct command *command, int n, char form[static FORM_MAX])
{
	const char *p = command->arguments;

	form[0] = '\0';
	while (*p != '\0') {
		size_t size = strcspn(p += strspn(p, " ["), " ]…");
		bool is_last = strncmp(p + size, "…", strlen("…")) == 0;

		if (strncmp(p, "--", size) != 0 && (n-- == 0 || is_last)) {
			(void)snprintf(form, FORM_MAX, "%.*s", (int)size, p);
			return;
		}
		p += size + strcspn(p + size, " ");
	}
}

static void tell_channels(struct completion *completion, const char *form)
{
	const struct command *command = completion->command;
	unsigned classes = 0;

	for (size_t i = 0; i < sizeof channel_forms / sizeof channel_forms[0]; i++)
		if (strcmp(channel_forms[i].form, form) == 0)
			classes = channel_forms[i].classes;
	if (command->offers != 0)
		classes &= command->offers;
	if (classes != 0 && !command->takes_new_name)
		existing_channels(completion, classes);
}

/* For a field that is written: its value follows. */
static void tell_assignment(void *context, const char *word, const char *help)
{
	char text[64];

	if (snprintf(text, sizeof text, "%s=", word) < (int)sizeof text)
		completion_tell(context, text, help);
}

static void complete_form(struct completion *completion, const char *form, const char *word)
{
	completion->first_taken = 1; /* the first operand names the channel */
	if (strcmp(form, "FILE") == 0) {
		puts(":files");
	} else if (strcmp(form, "KIND") == 0) {
		completion_tell_words(completion, channel_kinds);
	} else if (strcmp(form, "KEY=VALUE") == 0) {
		keys_complete(completion, word);
	} else if (strcmp(form, "KEY") == 0) {
		completion_tell_from_control_half(completion, CONTROL_WORDS_OVERRIDDEN, completion_tell);
	} else if (strcmp(completion->command->name, "unset") == 0) {
		existing_overrides(completion);
	} else if (strcmp(form, "FIELD") == 0) {
		completion_tell_from_control_half(completion, CONTROL_WORDS_FIELDS, completion_tell);
	} else if (strcmp(form, "FIELD=VALUE") == 0) {
		completion_tell_from_control_half(completion, CONTROL_WORDS_FIELDS, tell_assignment);
	} else {
		completion->first_taken = 0;
		tell_channels(completion, form);
	}
}

void operands_complete(struct completion *completion, const char *word)
{
	char form[FORM_MAX];

	if (completion->command != NULL) {
		find_form(completion->command, completion->n_operands, form);
		complete_form(completion, form, word);
	} else if (completion->n_operands == 0) {
		tell_verbs(completion);
	}
}
