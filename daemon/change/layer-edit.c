/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From a verb to the text of a layer file: the text as kipcd last read it, with one change. Called by change.c and
 * remove.c, which pass it to layer-change.c.
 */

#include "daemon/change/layer-edit.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/sentence.h"
#include "daemon/config/keys.h"

char *layer_edit_path(const struct runtime *runtime, const char *name)
{
	char *path;

	return asprintf(&path, "%s/" RUNTIME_LAYER "/%s.conf", runtime->path, name) < 0 ? NULL : path;
}

const struct config_source *layer_edit_source(const struct manager *manager, const char *name)
{
	const struct config_source *found = NULL;
	CLEANUP_FREE char *path = layer_edit_path(&manager->runtime, name);

	for (size_t i = 0; path != NULL && i < manager->n_sources; i++)
		if (strcmp(manager->sources[i].name, path) == 0)
			found = &manager->sources[i];
	return found;
}

static bool is_declared_in_a_file(const struct channel_spec *spec)
{
	return spec != NULL && !spec->is_of_layer;
}

/* What the layer says of the name; empty if it has no file. */
static int read_layer(const struct manager *manager, const char *name, struct layer *ret_layer)
{
	const struct config_source *source = layer_edit_source(manager, name);
	bool is_declared = is_declared_in_a_file(config_find(manager->config, name));

	*ret_layer = (struct layer){ 0 };
	return source == NULL ? 0
			      : layer_from_text(source->text, source->size,
						is_declared ? LAYER_SET : LAYER_CREATE, ret_layer);
}

/* What the layer says of a section of another kind does not count. */
static void begin(struct layer *layer, enum kipc_kind kind, const char *name)
{
	if (layer->kind != kind)
		layer_done(layer);
	layer->kind = kind;
	(void)snprintf(layer->name, sizeof layer->name, "%s", name);
}

/* Gives its text, and frees it. */
static int finish(struct layer *layer, int r, char **ret_text)
{
	char *text = NULL;

	if (r == 0 && (layer->declares || layer->n_values > 0)) {
		text = layer_to_text(layer);
		r = text == NULL ? -ENOMEM : 0;
	}
	layer_done(layer);
	if (r == 0)
		*ret_text = text;
	return r;
}

int layer_edit_create(enum kipc_kind kind, const char *name, char **assignments, char **ret_text,
		      char **reterr_sentence)
{
	struct layer layer = { .declares = true, .kind = kind };

	begin(&layer, kind, name);
	return finish(&layer, layer_assign(&layer, LAYER_CREATE, assignments, reterr_sentence), ret_text);
}

int layer_edit_set(const struct manager *manager, const struct channel_spec *spec, char **assignments,
		   char **ret_text, char **reterr_sentence)
{
	struct layer layer;
	int r;

	assert(spec != NULL);
	r = read_layer(manager, spec->name, &layer);
	begin(&layer, spec->kind, spec->name);
	if (r == 0)
		r = layer_assign(&layer, LAYER_SET, assignments, reterr_sentence);
	return finish(&layer, r, ret_text);
}

int layer_edit_adopt(const struct manager *manager, const struct channel_spec *spec, enum kipc_kind kind,
		     const char *name, char **assignments, char **ret_text, char **reterr_sentence)
{
	struct layer layer;
	int r;

	if (spec == NULL)
		return layer_edit_create(kind, name, assignments, ret_text, reterr_sentence);
	r = read_layer(manager, name, &layer);
	begin(&layer, kind, name);
	layer_drop(&layer, LAYER_ADOPT);
	if (r == 0)
		r = layer_assign(&layer, LAYER_ADOPT, assignments, reterr_sentence);
	return finish(&layer, r, ret_text);
}

/* Whether channels of that kind have such a key. */
static int check_key(const struct layer *layer, const char *key, char **reterr_sentence)
{
	struct config_input input = { .key = key };
	enum config_key_id id;

	if (strlen(key) > INI_KEY_MAX)
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' is not a key", key);
	if (config_keys_find(key, channel_classes_of_kinds(layer->kind), &id) == 0)
		return 0;
	config_keys_explain(&input, channel_classes_of_kinds(layer->kind));
	return sentence_fail(reterr_sentence, -EINVAL, "'%s': %s", key, input.sentence);
}

static int unset_key(struct layer *layer, const char *key, size_t *n, char **reterr_sentence)
{
	size_t n_taken;
	int r = check_key(layer, key, reterr_sentence);

	if (r < 0)
		return r;
	n_taken = layer_unset(layer, key);
	if (n_taken == 0 && layer_has(layer, LAYER_CREATE, key))
		return sentence_fail(reterr_sentence, -EPERM,
				     "%s is a value of 'kipcctl create' and overrides nothing: 'kipcctl set "
				     "%s %s=VALUE' alters it",
				     key, layer->name, key);
	*n += n_taken;
	return 0;
}

int layer_edit_unset(const struct manager *manager, const char *name, char **keys, char **ret_text,
		     size_t *ret_n, char **reterr_sentence)
{
	const struct channel_spec *spec = config_find(manager->config, name);
	struct layer layer;
	int r = read_layer(manager, name, &layer);

	*ret_n = 0;
	if (r == 0 && layer.kind == 0 && spec != NULL)
		begin(&layer, spec->kind, name);
	if (r == 0 && layer.kind == 0 && layer_edit_source(manager, name) == NULL)
		return sentence_fail(reterr_sentence, -ENOENT,
				     "no section declares that channel, and kipcctl has set nothing for it");
	for (char **p = keys; r == 0 && p != NULL && *p != NULL; p++)
		r = unset_key(&layer, *p, ret_n, reterr_sentence);
	if (r == 0 && (keys == NULL || *keys == NULL))
		*ret_n = layer_unset(&layer, NULL);
	/* A declaration without effect, because a file has precedence or because of a mistake, is taken back, too. */
	if (r == 0 && (keys == NULL || *keys == NULL) && layer.declares &&
	    (is_declared_in_a_file(spec) || config_aside_of(manager->config, name) != NULL)) {
		layer_drop(&layer, LAYER_CREATE);
		(*ret_n)++;
	}
	return finish(&layer, r, ret_text);
}

int layer_edit_remove(const struct manager *manager, const char *name, char **ret_text)
{
	struct layer layer;
	int r = read_layer(manager, name, &layer);

	if (is_declared_in_a_file(config_find(manager->config, name))) {
		layer_drop(&layer, LAYER_CREATE);
		layer_drop(&layer, LAYER_ADOPT);
	} else {
		layer_done(&layer);
	}
	return finish(&layer, r, ret_text);
}
