/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_OPTION_WORDS_H
#define KIPC_CLIENT_COMPLETE_OPTION_WORDS_H

#include "client/complete/completion.h"

/* The options that the command line can still take. */
void option_words_complete_name(struct completion *completion);

/* The values of an option; `value` is the part of the last word that belongs to it. */
void option_words_complete_value(struct completion *completion, const struct option_row *row,
				 const char *value);

#endif
