/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_WORDS_H
#define KIPC_CLIENT_TABLE_WORDS_H

/* Words that the user chooses from a fixed list: "a,b,c" after an option, the kind of a new channel. */

#include <stdbool.h>
#include <stddef.h>

#include "client/base/command.h"

/* The next word of a list, with its length, and advances the list; NULL at the end. The text is not changed. */
const char *words_next(const char **list, size_t *ret_n);

/* Whether the n bytes at `word` are this text. */
bool words_equal(const char *word, size_t n, const char *text);

/* Whether a list ("a,b") has a word; a list that is NULL has every word. */
bool words_have(const char *list, const char *wanted);

/*
 * Reports that a word is not a known `what`, and which of `known` (NULL-terminated) was probably meant, or `advice`.
 * STATUS_USAGE.
 */
enum status words_report_unknown(const struct invocation *invocation, const char *what, const char *word,
				 size_t n, const char *const *known, const char *advice);

#endif
