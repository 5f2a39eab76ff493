/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The words for kinds. */

#include "lib/kind.h"

#include <string.h>

static const struct {
	enum kipc_kind kind;
	const char *word;
} kinds[] = {
	{ KIPC_QUEUE, "queue" },
	{ KIPC_SEGMENT, "segment" },
	{ KIPC_SEMAPHORE, "semaphore" },
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

const char *kipc_kind_to_string(enum kipc_kind kind)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].word;
	return NULL;
}

enum kipc_kind kipc_kind_from_string(const char *word)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].kind;
	return 0;
}

enum kipc_kind kind_take(const char **text)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		size_t n = strlen(kinds[i].word);

		if (strncmp(*text, kinds[i].word, n) == 0 && (*text)[n] == ':') {
			*text += n + 1;
			return kinds[i].kind;
		}
	}
	return 0;
}
