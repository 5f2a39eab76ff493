/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Filled by sections.c, judged by check.c; parse.c owns all drafts. */

#include "daemon/config/draft.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/ini.h"
#include "daemon/config/layer.h"

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

bool draft_has(const struct draft *draft, enum config_key_id id)
{
	return (draft->given & KEY_BIT(id)) != 0;
}

bool draft_is_bad(const struct draft *draft, enum config_key_id id)
{
	return (draft->bad & KEY_BIT(id)) != 0;
}

const struct field_draft *draft_find_field(const struct draft *draft, const char *key)
{
	const char *dot = strchr(key, '.'), *name = dot + 1;

	assert(dot != NULL);
	for (size_t i = draft->n_fields; i > 0; i--)
		if (strcmp(draft->fields[i - 1].field.name, name) == 0)
			return &draft->fields[i - 1];
	return NULL;
}

int draft_add_field(struct draft *draft, const struct field_draft *field)
{
	if ((draft->n_fields & (draft->n_fields - 1)) == 0) { /* a power of two: the array is full */
		size_t n = draft->n_fields == 0 ? 1 : 2 * draft->n_fields;
		struct field_draft *fields = reallocarray(draft->fields, n, sizeof *fields);

		if (fields == NULL)
			return -ENOMEM;
		draft->fields = fields;
	}
	draft->fields[draft->n_fields++] = *field;
	return 0;
}

void draft_done(struct draft *draft)
{
	for (size_t i = 0; i < draft->n_fields; i++)
		field_spec_done(&draft->fields[i].field);
	free(draft->fields);
	free(draft->written);
	channel_spec_done(&draft->spec);
}
