/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_HELP_H
#define KIPC_CLIENT_BASE_HELP_H

/* Help, printed from the rows of the tables of verbs, options and exit statuses. */

#include <stdio.h>

#include "client/base/command.h"
#include "client/base/option-rows.h"

/* The help of all verbs, or of one (NULL: all). */
void help_print(FILE *out, const struct command *commands, const struct command *command);

/* What an option means to a verb; command NULL: to any. */
const char *help_of_option(const struct command *command, const struct option_row *row);

/* The verbs that are used most, for a command line without one. */
void help_print_common(FILE *out, const struct command *commands);

#endif
