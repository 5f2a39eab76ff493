/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_COMPLETION_H
#define KIPC_CLIENT_COMPLETE_COMPLETION_H

/* The command line that is being completed, and how candidates for its last word are printed. */

#include "client/base/control.h"
#include "client/base/option-rows.h"

struct completion {
	const struct command *commands, *command; /* NULL: before the verb */
	bool is_help, are_options_over;
	struct options options;
	const struct option_row *pending; /* the next word is its value */
	char **operands;
	int n_operands;

	const char *word; /* the last one */
	size_t n_kept;	  /* bytes of it that stand before each candidate: "--columns=name," */
	const char *list; /* "name,…": its words before n_kept are not offered again; NULL: not a list */
	int first_taken;  /* operands from this one on are not offered again either */
};

/*
 * A control_tell whose context is the completion: prints a candidate and its meaning, unless the command line has it
 * already.
 */
void completion_tell(void *completion, const char *word, const char *help);

/* Words without a meaning, which end with NULL, and words that the control half knows. */
void completion_tell_words(struct completion *completion, const char *const *words);
void completion_tell_from_control_half(struct completion *completion, enum control_words words,
				       control_tell *tell);

/* The runtime folder of the command line, in `buffer` or elsewhere; "": none. */
const char *completion_runtime_dir(const struct completion *completion, char buffer[static PATH_MAX]);

#endif
