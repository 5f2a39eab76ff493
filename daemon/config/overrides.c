/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by sections.c while it reads, and by parse.c at the end. */

#include "daemon/config/overrides.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config_override *find_override(struct config *config, const char *name, const char *key)
{
	/* They are noted file by file, and a file is about one channel. */
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
			 const char *key, struct place old, enum layer_verb verb, const char *value,
			 char **declared_value, struct config_override **ret_override)
{
	struct config_override *override = find_override(config, name, key), *overrides;

	*ret_override = override;
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
		.declared_value = *declared_value,
	};
	*declared_value = NULL;
	(void)snprintf(override->name, sizeof override->name, "%s", name);
	config->n_overrides++;
	*ret_override = override;
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
				     "%s' removes the override",
				     kipc_kind_to_string(spec->kind), spec->name, override->key,
				     override->declared, layer_verb_words[override->verb], override->value,
				     spec->name, override->key);
	}
}

void config_overrides_settle(struct config *config, struct problems *problems)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_overrides; i++) {
		struct config_override *override = &config->overrides[i];

		if (override->changes_nothing || strcmp(override->declared, override->value) == 0)
			config_override_done(override);
		else
			config->overrides[n++] = *override;
	}
	config->n_overrides = n;
	if (n > 0)
		qsort(config->overrides, n, sizeof *config->overrides, compare_overrides);
	warn_of_overrides(config, problems);
}

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
