/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_COMPLETE_H
#define KIPC_CLIENT_DATA_COMPLETE_H

/* `kipcctl --complete WORD…`: what can stand in the place of the last word. For client/completions/. */

#include "client/base/command.h"

/* `words` are those behind the program's name up to the cursor; the last one is unfinished, and may be "". */
enum status complete(const struct command *commands, int n_words, char **words);

#endif
