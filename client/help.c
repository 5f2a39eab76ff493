/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the help: of all verbs, or of one, from the rows of the tables of commands and options. Nothing else says
 * what a verb takes, so that help and parsing cannot differ.
 */

#include <string.h>

#include "client/command.h"
#include "client/option-rows.h"

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

static void print_options(FILE *out, uint64_t options)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const char *argument = option_rows[i].argument;
		int n;

		if (!(options & OPTION_BIT(option_rows[i].option)))
			continue;
		n = option_rows[i].letter ? fprintf(out, "  -%c, ", option_rows[i].letter)
					  : fprintf(out, "      ");
		n += fprintf(out, "--%s%s%s", option_rows[i].name, argument ? "=" : "",
			     argument ? argument : "");
		fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 2, "", option_rows[i].help);
	}
}

void options_print_help(FILE *out, const struct command *commands, const struct command *command)
{
	if (command) {
		fprintf(out, "Usage: kipcctl %s [OPTION…]%s%s\n%s.\n", command->name,
			*command->arguments ? " " : "", command->arguments, command->help);
		if (command->options)
			fprintf(out, "\nOptions:\n");
		print_options(out, command->options);
	} else {
		fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nVerbs:\n");
		for (command = commands; command->name; command++)
			print_command(out, command);
		fprintf(out, "\nADDR is a name (orders), a key (0x4b01, 1234) or an id (@32769); queue:, "
			     "segment: or "
			     "semaphore:\nin front says its kind.\n");
	}
	fprintf(out, "\nEverywhere:\n");
	print_options(out, OPTIONS_EVERYWHERE);
	fprintf(out, "\nMore in kipcctl(1).\n");
}
