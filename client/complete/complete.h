/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_COMPLETE_H
#define KIPC_CLIENT_COMPLETE_COMPLETE_H

/*
 * `kipcctl --complete WORD…`, which the completions of all shells run: the candidates for the last word. A line is a
 * candidate for the whole word, a tab, and what it means; or it is one of
 *
 *	:files, :folders	of the file system; after "--OPTION=", if the word begins like this
 *	:command N		a command line of its own, which begins with word N (from 0)
 *
 * Candidates that do not begin like the word are printed, too, since shells match in different ways. Verbs, options and
 * operands come from the same tables as parsing and help; names come from the registry, without kipcd.
 */

#include "client/base/command.h"

/* `words` are those behind the program's name up to the cursor; the last one is unfinished, and may be "". */
enum status complete(const struct command *commands, int n_words, char **words);

#endif
