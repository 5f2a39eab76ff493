/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_COMMAND_LINE_H
#define KIPC_CLIENT_BASE_COMMAND_LINE_H

/* Reading a command line. */

#include "client/base/command.h"

/*
 * Parses argv: options may stand before and behind the verb, "--" ends them. Writes the verb's row, the options and
 * the index of the first operand behind the verb; the operands are in order and reach to the end of argv, which is
 * permuted. Prints what is wrong, or what --help, --version and `help` ask for, itself: then it returns false, and
 * *ret_status is what to exit with.
 */
bool command_line_parse(int argc, char **argv, const struct command *commands, struct options *ret_options,
			const struct command **ret_command, int *ret_first_argument, int *ret_status);

/* Whether an option was not given yet, and may be given beside those that were. */
bool command_line_may_join(const struct options *options, const struct command *command,
			   enum option_id option);

#endif
