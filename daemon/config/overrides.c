/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The parts of a configuration that are not in force, and why: values that kipcctl overrides, and parts of the runtime layer
 * that are set aside. config.c notes them while it reads; plan, reload, check, show and the journal show them in these words.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/ini.h"
#include "daemon/config/draft.h"

/* -- places ---------------------------------------------------------------------------------------------------- */

char *place_value(const struct config_source *sources, struct place place)
{
	const struct config_source *source = &sources[place.source];
	char value[INI_LINE_MAX + 1];

	if (source->runtime_layer)
		return layer_read_value(source->text, source->size, place.offset);
	ini_read_value(source->text, source->size, place.offset, value);
	return strdup(value);
}

const char *place_to_string(const struct config_source *sources, struct place place, const char *key,
			    char buffer[static PLACE_TEXT_MAX])
{
	const struct config_source *source = &sources[place.source];
	char *value;

	if (!source->is_argument || key == NULL) {
		(void)snprintf(buffer, PLACE_TEXT_MAX, "%s:%u", source->name, place.line);
		return buffer;
	}
	value = place_value(sources, place);
	(void)snprintf(buffer, PLACE_TEXT_MAX, "'%s=%s'", key, value != NULL ? value : "");
	free(value);
	return buffer;
}

/* -- overrides ------------------------------------------------------------------------------------------------- */

static void override_done(struct config_override *override)
{
	free(override->key);
	free(override->declared);
	free(override->value);
}

static struct config_override *find_override(struct config *config, const char *name, const char *key)
{
	/* They are noted file by file, and a file has one name. */
	for (size_t i = config->n_overrides; i > 0 && strcmp(config->overrides[i - 1].name, name) == 0; i--)
		if (strcmp(config->overrides[i - 1].key, key) == 0)
			return &config->overrides[i - 1];
	return NULL;
}

static int replace_value(struct config_override *override, enum layer_verb verb, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -ENOMEM;
	free(override->value);
	override->value = copy;
	override->verb = verb;
	return 0;
}

int config_override_note(struct config *config, const struct config_source *sources, const char *name,
			 const char *key, struct place old, enum layer_verb verb, const char *value)
{
	struct config_override *override = find_override(config, name, key), *overrides;

	if (override != NULL)
		return replace_value(override, verb, value);
	if (old.line == 0 || old.verb == LAYER_ADOPT)
		return 0;
	overrides = reallocarray(config->overrides, config->n_overrides + 1, sizeof *overrides);
	if (overrides == NULL)
		return -ENOMEM;
	config->overrides = overrides;
	override = &overrides[config->n_overrides];
	*override = (struct config_override){
		.key = strdup(key),
		.declared = place_value(sources, old),
		.value = strdup(value),
		.file = old.verb == LAYER_NONE ? config->origins[old.source] : NULL,
		.line = old.line,
		.verb = verb,
	};
	(void)snprintf(override->name, sizeof override->name, "%s", name);
	config->n_overrides++;
	return override->key == NULL || override->declared == NULL || override->value == NULL ? -ENOMEM : 0;
}

static int compare_overrides(const void *a, const void *b)
{
	const struct config_override *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->key, y->key);
}

static void warn_of_overrides(const struct config *config, struct problems *problems)
{
	for (size_t i = 0; i < config->n_overrides; i++) {
		const struct config_override *override = &config->overrides[i];
		const struct channel_spec *spec = config_find(config, override->name);

		if (override->file == NULL || spec == NULL)
			continue;
		problems_add_warning(problems, override->file, override->line,
				     "[%s %s] %s: %s is overridden by 'kipcctl %s' (%s); 'kipcctl unset %s "
				     "%s' takes that back",
				     kipc_kind_to_string(spec->kind), spec->name, override->key,
				     override->declared, layer_verb_words[override->verb], override->value,
				     spec->name, override->key);
	}
}

void config_overrides_settle(struct config *config, struct problems *problems)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_overrides; i++)
		if (strcmp(config->overrides[i].declared, config->overrides[i].value) == 0)
			override_done(&config->overrides[i]);
		else
			config->overrides[n++] = config->overrides[i];
	config->n_overrides = n;
	if (n > 0)
		qsort(config->overrides, n, sizeof *config->overrides, compare_overrides);
	warn_of_overrides(config, problems);
}

const struct config_override *config_overrides(const struct config *config, const char *name, size_t *ret_n)
{
	size_t first = 0, end = config->n_overrides;

	while (first < end) {
		size_t middle = (first + end) / 2;

		if (strcmp(config->overrides[middle].name, name) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	while (end < config->n_overrides && strcmp(config->overrides[end].name, name) == 0)
		end++;
	*ret_n = end - first;
	return *ret_n == 0 ? NULL : &config->overrides[first];
}

static void write_override(FILE *out, const struct config_override *override)
{
	fprintf(out, "%s = %s in %s:%u is overridden by 'kipcctl %s' (%s)", override->key, override->declared,
		override->file, override->line, layer_verb_words[override->verb], override->value);
}

char *config_overrides_to_string(const struct config *config, const char *name)
{
	size_t n, size;
	const struct config_override *overrides = config_overrides(config, name, &n);
	bool has_some = false;
	char *text = NULL;
	FILE *out;

	if (n == 0 || (out = open_memstream(&text, &size)) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (overrides[i].file == NULL) /* kipcctl gave the other value, too */
			continue;
		fputs(has_some ? "; " : "", out);
		write_override(out, &overrides[i]);
		has_some = true;
	}
	if (fclose(out) != 0 || !has_some) {
		free(text);
		return NULL;
	}
	return text;
}

/* -- what is set aside ----------------------------------------------------------------------------------------- */

int config_aside_note(struct config *config, const char *name, bool declares, const char *why)
{
	struct config_aside *asides =
		reallocarray(config->asides, config->n_asides + 1, sizeof *config->asides);
	struct config_aside *aside;

	if (asides == NULL)
		return -ENOMEM;
	config->asides = asides;
	aside = &asides[config->n_asides];
	*aside = (struct config_aside){ .declares = declares, .why = strdup(why) };
	(void)snprintf(aside->name, sizeof aside->name, "%s", name);
	if (aside->why == NULL)
		return -ENOMEM;
	config->n_asides++;
	return 0;
}

const struct config_aside *config_aside_of(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_asides; i++)
		if (strcmp(config->asides[i].name, name) == 0)
			return &config->asides[i];
	return NULL;
}

void config_overrides_done(struct config *config)
{
	for (size_t i = 0; i < config->n_overrides; i++)
		override_done(&config->overrides[i]);
	for (size_t i = 0; i < config->n_asides; i++)
		free(config->asides[i].why);
	free(config->overrides);
	free(config->asides);
}
