/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Help and parsing use the same rows, so that they cannot differ. */

#include "client/base/help.h"

#include <string.h>

#include "common/utf8.h"

/* How many characters a text of ours has; "…" is one. */
static int width_of(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text += utf8_character(text, strlen(text)))
		n++;
	return n;
}

static void print_command(FILE *out, const struct command *command)
{
	int width = (int)strlen(command->name) + 1 + width_of(command->arguments);

	fprintf(out, "  %s %s%*s  %s\n", command->name, command->arguments, width < 29 ? 29 - width : 0, "",
		command->help);
}

const char *help_of_option(const struct command *command, const struct option_row *row)
{
	const struct option_help *own = command != NULL ? command->option_helps : NULL;

	for (; own != NULL && own->help != NULL; own++)
		if (own->option == row->option)
			return own->help;
	return row->help;
}

static void print_options(FILE *out, const struct command *command, const struct option_set *set)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const char *argument = option_rows[i].argument;
		int n;

		if (!set->has[option_rows[i].option])
			continue;
		n = option_rows[i].letter ? fprintf(out, "  -%c, ", option_rows[i].letter)
					  : fprintf(out, "      ");
		n += fprintf(out, "--%s%s%s", option_rows[i].name, argument != NULL ? "=" : "",
			     argument != NULL ? argument : "");
		fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 2, "", help_of_option(command, &option_rows[i]));
	}
}

static bool set_is_empty(const struct option_set *set)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (set->has[i])
			return false;
	return true;
}

static void print_statuses(FILE *out)
{
#define PRINT(constant, number, sentence) fprintf(out, "  %-3d  %s\n", number, sentence);
	fprintf(out, "\nExit status:\n");
	STATUSES(PRINT)
#undef PRINT
}

void help_print(FILE *out, const struct command *commands, const struct command *command)
{
	bool is_all = command == NULL;

	if (!is_all) {
		fprintf(out, "Usage: kipcctl %s [OPTION…]%s%s\n%s.\n", command->name,
			*command->arguments ? " " : "", command->arguments, command->help);
		if (!set_is_empty(&command->options))
			fprintf(out, "\nOptions:\n");
		print_options(out, command, &command->options);
	} else {
		fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nVerbs:\n");
		for (command = commands; command->name != NULL; command++)
			print_command(out, command);
		fprintf(out,
			"\nADDR is a name (orders), a key (0x4b01, 19201), an id (@32769) or ftok:PATH:N,\n"
			"and may start with its kind (queue:, segment: or semaphore:).\n");
	}
	fprintf(out, "\nOptions of every verb:\n");
	print_options(out, NULL, &options_everywhere);
	if (is_all)
		print_statuses(out);
	fprintf(out, "\nSee kipcctl(1) for details.\n");
}

void help_print_common(FILE *out, const struct command *commands)
{
	fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nCommon verbs:\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command->is_common)
			print_command(out, command);
	fprintf(out, "\n'kipcctl help' lists all verbs, and 'kipcctl help VERB' explains one.\n"
		     "kipc(7) is an introduction.\n");
}
