/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called for start, reload, plan and --check. What kipcctl left in the runtime layer was right when it was written, and any edit
 * of the administrator's files can make it wrong: that must never prevent a start. The files are judged first without the
 * layer; then the files of the layer that contradict them are found by bisection, and set aside.
 */

#include "daemon/config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

struct loading {
	struct config_source *sources;
	size_t n_sources;
	const struct config_world *world;
};

/* Parses with only those files of the layer that come before `end`. *ret_why (may be NULL): the first mistake. */
static int try(const struct loading *loading, size_t end, char **ret_why)
{
	CLEANUP_PROBLEMS struct problems problems = PROBLEMS_INIT;
	CLEANUP_FREE struct config_source *some = calloc(loading->n_sources + 1, sizeof *some);
	struct config *config = NULL;
	size_t n = 0;
	int r;

	if (some == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < loading->n_sources; i++)
		if (!loading->sources[i].runtime_layer || (loading->sources[i].aside == NULL && i < end))
			some[n++] = loading->sources[i];
	r = config_parse(some, n, loading->world, &problems, &config);
	for (size_t i = 0; r == -EBADMSG && ret_why != NULL && *ret_why == NULL && i < problems.n_items; i++)
		if (!problems.items[i].is_warning)
			*ret_why = strdup(problems.items[i].sentence);
	config_free(config);
	return r;
}

/* The first file of the layer that contradicts those before it; n_sources: none does. */
static int find_culprit(const struct loading *loading, size_t *ret_index)
{
	size_t good = 0,
	       bad = loading->n_sources; /* with the files below `good` all is right, with those below `bad` it is not */
	int r;

	r = try(loading, bad, NULL);
	if (r != -EBADMSG) {
		*ret_index = loading->n_sources;
		return r;
	}
	while (bad - good > 1) {
		size_t middle = good + (bad - good) / 2;

		r = try(loading, middle, NULL);
		if (r != 0 && r != -EBADMSG)
			return r;
		if (r == 0)
			good = middle;
		else
			bad = middle;
	}
	*ret_index = bad - 1;
	return 0;
}

static int set_aside(const struct loading *loading, size_t index)
{
	char *why = NULL;
	int r = try(loading, index + 1, &why);

	if (r != 0 && r != -EBADMSG) {
		free(why);
		return r;
	}
	loading->sources[index].aside = why != NULL ? why : strdup("it has a mistake");
	return loading->sources[index].aside == NULL ? -ENOMEM : 0;
}

int config_load(struct config_source *sources, size_t n_sources, const struct config_world *world,
		struct problems *problems, struct config **ret_config)
{
	struct loading loading = { .sources = sources, .n_sources = n_sources, .world = world };
	size_t n_items = problems->n_items, n_mistakes = problems->n_mistakes, index;
	int r;

	r = config_parse(sources, n_sources, world, problems, ret_config);
	if (r != -EBADMSG || n_mistakes > 0)
		return r;
	r = try(&loading, 0, NULL);
	if (r == 0)
		problems_forget(problems, n_items, n_mistakes);
	while (r == 0 && (r = find_culprit(&loading, &index)) == 0 && index < n_sources)
		r = set_aside(&loading, index);
	return r < 0 ? r : config_parse(sources, n_sources, world, problems, ret_config);
}
