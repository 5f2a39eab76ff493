/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A mistyped name of a channel. */

#include "client/base/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"

bool names_nearest(const char *runtime_dir, const char *name, char nearest[static KIPC_NAME_MAX + 1])
{
	struct kipc_name *names = NULL;
	const char **words, *found;
	size_t n = 0;

	if (kipc_registry_list(runtime_dir, &names, &n) < 0)
		return false;
	words = calloc(n + 1, sizeof *words);
	for (size_t i = 0; words != NULL && i < n; i++)
		words[i] = names[i].name;
	found = words != NULL ? grammar_nearest(name, words) : NULL;
	if (found != NULL)
		memcpy(nearest, found, strlen(found) + 1);
	free(words);
	free(names);
	return found != NULL;
}
