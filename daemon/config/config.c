/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used wherever the daemon looks something up in its configuration. */

#include "daemon/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_override_done(struct config_override *override)
{
	free(override->key);
	free(override->declared);
	free(override->value);
	free(override->declared_value);
}

struct config *config_free(struct config *config)
{
	if (config == NULL)
		return NULL;
	for (size_t i = 0; i < config->n_channels; i++)
		channel_spec_done(&config->channels[i]);
	for (size_t i = 0; i < config->n_origins; i++)
		free(config->origins[i]);
	for (size_t i = 0; i < config->n_overrides; i++)
		config_override_done(&config->overrides[i]);
	for (size_t i = 0; i < config->n_asides; i++)
		free(config->asides[i].why);
	free(config->overrides);
	free(config->asides);
	free(config->channels);
	free(config->origins);
	free(config->places);
	free(config);
	return NULL;
}

static int compare_name(const void *name, const void *spec)
{
	return strcmp(name, ((const struct channel_spec *)spec)->name);
}

const struct channel_spec *config_find(const struct config *config, const char *name)
{
	if (config->n_channels == 0)
		return NULL;
	return bsearch(name, config->channels, config->n_channels, sizeof *config->channels, compare_name);
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
		if (overrides[i].file == NULL) /* kipcctl gave both values */
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

const struct config_aside *config_aside_of(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_asides; i++)
		if (strcmp(config->asides[i].name, name) == 0)
			return &config->asides[i];
	return NULL;
}
