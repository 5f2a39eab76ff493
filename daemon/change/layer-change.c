/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Changes one file of the runtime layer. The new text is parsed with the whole configuration before it is written, so that
 * a mistake is never stored; then the channel is reconciled. Called by change.c and remove.c.
 */

#include "daemon/change/layer-change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/change/layer-edit.h"
#include "daemon/config/layer-file.h"
#include "daemon/config/parse.h"
#include "daemon/config/source.h"
#include "daemon/run/copy.h"
#include "daemon/run/key-changes.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/status.h"

static void swap_sources(struct manager *manager, struct config_source *sources, size_t n_sources)
{
	source_list_free(manager->sources, manager->n_sources);
	manager->sources = sources;
	manager->n_sources = n_sources;
	manager->copy.is_due = true;
	for (size_t i = 0; i < n_sources; i++)
		sources[i].is_argument = false; /* its file exists now */
}

static int copy_source(const struct config_source *source, struct config_source *copy)
{
	copy->name = strdup(source->name);
	copy->text = malloc(source->size + 1);
	copy->size = source->size;
	copy->runtime_layer = source->runtime_layer;
	copy->is_argument = source->is_argument;
	copy->aside = source->aside == NULL ? NULL : strdup(source->aside);
	if (copy->name == NULL || copy->text == NULL || (source->aside != NULL && copy->aside == NULL))
		return -ENOMEM;
	memcpy(copy->text, source->text, source->size);
	copy->text[source->size] = '\0';
	return 0;
}

/* All sources, with `text` in place of the one at `path` (added at the end if there was none; left out if `text` is NULL). */
static int change_sources(const struct manager *manager, const char *path, const char *text,
			  struct config_source **ret_sources, size_t *ret_n_sources)
{
	struct config_source ours = {
		.name = (char *)path,
		.text = (char *)text,
		.size = text == NULL ? 0 : strlen(text),
		.runtime_layer = true,
		.is_argument = true,
	};
	struct config_source *sources = calloc(manager->n_sources + 1, sizeof *sources);
	size_t n = 0;
	int r = sources == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < manager->n_sources; i++)
		if (strcmp(manager->sources[i].name, path) != 0)
			r = copy_source(&manager->sources[i], &sources[n++]);
	if (r == 0 && text != NULL)
		r = copy_source(&ours, &sources[n++]);
	if (r < 0) {
		source_list_free(sources, n);
		return r;
	}
	*ret_sources = sources;
	*ret_n_sources = n;
	return 0;
}

/* The lines of a text as one line, for a client that prints one; the caller frees it. NULL: no memory. */
static char *join_lines(const char *text)
{
	char *joined = malloc(2 * strlen(text) + 1), *end = joined;

	if (joined == NULL)
		return NULL;
	for (; *text != '\0'; text++)
		if (*text != '\n')
			*end++ = *text;
		else if (text[1] != '\0')
			end = stpcpy(end, "; ");
	*end = '\0';
	return joined;
}

static int parse(const struct config_source *sources, size_t n_sources, struct config **ret_config,
		 char **reterr_sentence)
{
	struct problems problems = PROBLEMS_INIT;
	char *text;
	int r;

	r = config_parse(sources, n_sources, &config_world_of_this_machine, &problems, ret_config);
	if (r == -EBADMSG) {
		text = problems_to_string(&problems, false);
		*reterr_sentence = text != NULL ? join_lines(text) : NULL;
		free(text);
		r = -EINVAL;
	}
	problems_done(&problems);
	return r;
}

int layer_change_prepare(const struct manager *manager, const char *name, const char *text,
			 struct layer_change *change, char **reterr_sentence)
{
	int r;

	*change = (struct layer_change){ .path = layer_edit_path(&manager->runtime, name) };
	r = change->path == NULL ? -ENOMEM : 0;
	if (r == 0)
		r = change_sources(manager, change->path, text, &change->sources, &change->n_sources);
	if (r == 0)
		r = parse(change->sources, change->n_sources, &change->config, reterr_sentence);
	if (r == 0)
		key_changes_fill(manager, change->config);
	return r;
}

void layer_change_done(struct layer_change *change)
{
	config_free(change->config);
	source_list_free(change->sources, change->n_sources);
	free(change->path);
	*change = (struct layer_change){ 0 };
}

int layer_change_carry_out(struct manager *manager, const char *name, struct layer_change *change,
			   struct steps *steps)
{
	int r;

	r = reconcile(manager, change->config, RECONCILE_ONE, name, steps);
	if (r < 0)
		return r;
	swap_sources(manager, change->sources, change->n_sources);
	change->config = NULL;
	change->sources = NULL;
	change->n_sources = 0;
	copy_update(manager);
	status_notify(manager);
	return 0;
}

int layer_change_try(struct manager *manager, const char *name, const char *text, struct steps *steps,
		     char **reterr_sentence)
{
	CLEANUP_LAYER_CHANGE struct layer_change change = { 0 };
	int r;

	r = layer_change_prepare(manager, name, text, &change, reterr_sentence);
	if (r < 0)
		return r;
	r = layer_file_replace(change.path, text);
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "%s cannot be written: %s", change.path,
				     strerror(-r));
	r = layer_change_carry_out(manager, name, &change, steps);
	if (r < 0)
		(void)layer_file_restore(change.path);
	return r;
}

int layer_change(struct manager *manager, const char *name, const char *text, struct steps *steps,
		 char **reterr_sentence)
{
	CLEANUP_FREE char *path = layer_edit_path(&manager->runtime, name);
	int r;

	if (path == NULL)
		return -ENOMEM;
	r = layer_change_try(manager, name, text, steps, reterr_sentence);
	if (r == 0)
		layer_file_settle(path);
	return r;
}

int layer_change_revert(struct manager *manager, const char *name, const char *text)
{
	CLEANUP_STEPS struct steps undone = { 0 };
	CLEANUP_LAYER_CHANGE struct layer_change change = { 0 };
	CLEANUP_FREE char *ignored = NULL;
	int r;

	r = layer_change_prepare(manager, name, text, &change, &ignored);
	if (r == 0)
		r = layer_file_restore(change.path);
	if (r == 0)
		r = layer_change_carry_out(manager, name, &change, &undone);
	if (r < 0)
		log_line(LOG_ERR, "%s: a change that failed cannot be undone: %s; 'kipcctl reload' undoes it",
			 name, ignored != NULL ? ignored : strerror(-r));
	return r;
}
