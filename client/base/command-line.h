/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_COMMAND_LINE_H
#define KIPC_CLIENT_BASE_COMMAND_LINE_H

/* Reading a command line. */

#include "client/base/command.h"

/*
 * Parses argv: options may stand before and behind the verb, and "--" ends them. Returns the verb's row, the options
 * and the index of the first operand; the operands are in order at the end of argv, which is permuted. False: an error
 * was reported, or help or the version was printed; the program exits with *ret_status.
 */
bool command_line_parse(int argc, char **argv, const struct command *commands, struct options *ret_options,
			const struct command **ret_command, int *ret_first_argument, int *ret_status);

/* Whether an option can still be given, besides those that are given already. */
bool command_line_may_join(const struct options *options, const struct command *command,
			   enum option_id option);

#endif
