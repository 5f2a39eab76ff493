/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_COMPLETE_H
#define KIPC_CLIENT_DATA_COMPLETE_H

/* `kipcctl --complete WORD…`: what can stand in the place of the last word. For client/completions/. */

#include "client/base/command.h"

/* Words that only the control half knows. */
enum complete_what {
	COMPLETE_COLUMNS, /* of the verb's table */
	COMPLETE_STATES,
	COMPLETE_FIELDS,     /* of the segment args[0], if kipcd declares any */
	COMPLETE_OVERRIDDEN, /* the keys of the channel args[0] that `kipcctl set` gave a value */
};

/* Is told one word and what it means. */
typedef void complete_tell(void *context, const char *word, const char *help);

/* `words` are those behind the program's name up to the cursor; the last one is unfinished, and may be "". */
enum status complete(const struct command *commands, int n_words, char **words);

#endif
