/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lists of words, and the sentence for an unknown word. */

#include "client/table/words.h"

#include <stdio.h>
#include <string.h>

#include "client/base/report.h"
#include "common/grammar.h"

const char *words_next(const char **list, size_t *ret_n)
{
	const char *word = *list;

	if (word == NULL)
		return NULL;
	*ret_n = strcspn(word, ",");
	*list = word[*ret_n] == ',' ? word + *ret_n + 1 : NULL;
	return word;
}

bool words_equal(const char *word, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(text, word, n) == 0;
}

bool words_have(const char *list, const char *wanted)
{
	const char *word;
	size_t n;

	if (list == NULL)
		return true;
	while ((word = words_next(&list, &n)) != NULL)
		if (words_equal(word, n, wanted))
			return true;
	return false;
}

enum status words_report_unknown(const struct invocation *invocation, const char *what, const char *word,
				 size_t n, const char *const *known, const char *advice)
{
	char text[64]; /* the start is enough */
	const char *nearest;

	snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), word);
	nearest = grammar_nearest(text, known);
	if (nearest != NULL)
		return report(invocation, NULL, STATUS_USAGE, "unknown %s '%s'; did you mean '%s'?", what,
			      text, nearest);
	return report(invocation, NULL, STATUS_USAGE, "unknown %s '%s'; %s", what, text, advice);
}
