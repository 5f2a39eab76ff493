/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_WORDS_H
#define KIPC_CLIENT_TABLE_WORDS_H

/* Words that a user chose from a list of ours: "a,b,c" behind an option, the kind of a new channel. */

#include <stdbool.h>
#include <stddef.h>

#include "client/base/command.h"

/* "queue", "segment", "semaphore"; NULL-terminated. */
extern const char *const words_kinds[];
#define WORDS_KINDS_ADVICE "it is queue, segment or semaphore"

/* Takes the next word off a list and gives its length; NULL at the end. The list is not written to. */
const char *words_next(const char **list, size_t *ret_n);

/* Whether the n bytes at `word` are this text. */
bool words_equal(const char *word, size_t n, const char *text);

/* Whether a list ("a,b") has a word; a list that is NULL has every word. */
bool words_have(const char *list, const char *wanted);

/*
 * Says that there is no such `what`, and which of `known` (NULL-terminated) was probably meant, or else the `advice`.
 * STATUS_USAGE.
 */
enum status words_report_unknown(const struct invocation *invocation, const char *what, const char *word,
				 size_t n, const char *const *known, const char *advice);

/* Whether a list ("a,b"; NULL is fine) has known words only; says so if not. */
bool words_check(const struct invocation *invocation, const char *what, const char *list,
		 const char *const *known, const char *advice);

#endif
