/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Prints the help: of all verbs, or of one, from the rows of the tables of commands and options. Nothing else says
 * what a verb takes, so that help and parsing cannot differ.
 */

#include "client/base/help.h"

#include <string.h>

#include "client/base/option-rows.h"

/* How many columns a UTF-8 text takes: "…" is one. */
static int columns_of(const char *string)
{
	int n = 0;

	for (; *string; string++)
		n += (*string & 0xc0) != 0x80;
	return n;
}

static void print_command(FILE *out, const struct command *command)
{
	int width = (int)strlen(command->name) + 1 + columns_of(command->arguments);

	fprintf(out, "  %s %s%*s  %s\n", command->name, command->arguments, width < 30 ? 30 - width : 0, "",
		command->help);
}

static void print_options(FILE *out, const struct option_set *set)
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
		fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 2, "", option_rows[i].help);
	}
}

static bool set_is_empty(const struct option_set *set)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (set->has[i])
			return false;
	return true;
}

void help_print(FILE *out, const struct command *commands, const struct command *command)
{
	if (command != NULL) {
		fprintf(out, "Usage: kipcctl %s [OPTION…]%s%s\n%s.\n", command->name,
			*command->arguments ? " " : "", command->arguments, command->help);
		if (!set_is_empty(&command->options))
			fprintf(out, "\nOptions:\n");
		print_options(out, &command->options);
	} else {
		fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nVerbs:\n");
		for (command = commands; command->name != NULL; command++)
			print_command(out, command);
		fprintf(out,
			"\nADDR is a name (orders), a key (0x4b01, 19201), an id (@32769) or ftok:PATH:N;\n"
			"queue:, segment: or semaphore: in front says its kind.\n");
	}
	fprintf(out, "\nEverywhere:\n");
	print_options(out, &options_everywhere);
	fprintf(out, "\nMore in kipcctl(1).\n");
}

void help_print_common(FILE *out, const struct command *commands)
{
	fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nThe verbs that are used most:\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command->is_common)
			print_command(out, command);
	fprintf(out, "\n'kipcctl help' lists all verbs, 'kipcctl help VERB' explains one; kipc(7) is an "
		     "introduction.\n");
}
