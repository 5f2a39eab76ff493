/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From a declaration to the answer of Manager.Describe. */

#include "daemon/bus/describe.h"

#include <limits.h>
#include <stdio.h>

#include "common/bus-names.h"
#include "daemon/config/keys.h"

/* The declared values, as they are written in the configuration. */
static int append_declared(sd_bus_message *reply, const struct channel_spec *spec)
{
	char mode[8], key[16];
	int r;

	snprintf(mode, sizeof mode, "%04o", (unsigned)spec->mode);
	snprintf(key, sizeof key, "0x%08x", (unsigned)spec->key);
	r = sd_bus_message_append(
		reply, "{sv}{sv}{sv}{sv}{sv}", "key", "s", key, "manage", "s", manage_words[spec->manage],
		"description", "s", spec->description != NULL ? spec->description : "", "origin", "s",
		spec->origin != NULL ? spec->origin : "", "line", "u", (uint32_t)spec->line);
	if (r >= 0 && spec->warn_at != 0)
		r = sd_bus_message_append(reply, "{sv}", "warn_at", "u", (uint32_t)spec->warn_at);
	if (r >= 0 && spec->activate)
		r = sd_bus_message_append(reply, "{sv}", "activate", "b", 1);
	if (r < 0 || spec->manage == MANAGE_OBSERVE)
		return r;
	r = sd_bus_message_append(reply, "{sv}{sv}{sv}{sv}", "owner", "u", (uint32_t)spec->owner, "group",
				  "u", (uint32_t)spec->group, "mode", "s", mode, "lifetime", "s",
				  lifetime_words[spec->lifetime]);
	if (r >= 0 && spec->kind == KIPC_QUEUE && spec->capacity != 0)
		r = sd_bus_message_append(reply, "{sv}", "capacity", "t", spec->capacity);
	if (r >= 0 && spec->kind == KIPC_SEGMENT)
		r = sd_bus_message_append(reply, "{sv}{sv}", "size", "t", spec->size, "layout", "s",
					  layout_words[spec->layout]);
	if (r >= 0 && spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING)
		r = sd_bus_message_append(reply, "{sv}", "max_message", "t", channel_spec_max_message(spec));
	return r;
}

static int append_values(sd_bus_message *reply, const struct channel_spec *spec)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "values");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "aq");
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'q', spec->values,
						spec->n_values * sizeof *spec->values);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* name -> "f64be[4]@64" */
static int append_fields(sd_bus_message *reply, const struct channel_spec *spec)
{
	char text[128];
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "fields");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a{ss}");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{ss}");
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++) {
		snprintf(text, sizeof text, "%s@%llu", spec->fields[i].type,
			 (unsigned long long)spec->fields[i].offset);
		r = sd_bus_message_append(reply, "{ss}", spec->fields[i].name, text);
	}
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

/* Where a value comes from: "FILE:LINE", or the verb of kipcctl that set it. */
static int append_origin(sd_bus_message *reply, const struct config *config, const char *key,
			 const struct value_place *place)
{
	char text[PATH_MAX + 16];

	if (place->verb != LAYER_NONE)
		snprintf(text, sizeof text, "kipcctl %s", layer_verb_words[place->verb]);
	else
		snprintf(text, sizeof text, "%s:%u", config->origins[place->source], place->line);
	return sd_bus_message_append(reply, "{ss}", key, text);
}

static int append_field_origin(sd_bus_message *reply, const struct config *config,
			       const struct field_spec *field)
{
	char key[INI_KEY_MAX + 1];

	snprintf(key, sizeof key, "field.%s", field->name);
	return append_origin(reply, config, key, &field->place);
}

/* key -> the place of its value; a key without a place has its default */
static int append_origins(sd_bus_message *reply, const struct config *config, const struct channel_spec *spec)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "origins");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a{ss}");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{ss}");
	for (unsigned i = 0; r >= 0 && i < spec->n_places; i++)
		r = append_origin(reply, config, config_keys[spec->places[i].key].name, &spec->places[i]);
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++)
		r = append_field_origin(reply, config, &spec->fields[i]);
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

static int append_override(sd_bus_message *reply, const struct config_override *override)
{
	char declared_in[PATH_MAX + 16] = "kipcctl create", by[32];

	if (override->file != NULL)
		snprintf(declared_in, sizeof declared_in, "%s:%u", override->file, override->line);
	snprintf(by, sizeof by, "kipcctl %s", layer_verb_words[override->verb]);
	return sd_bus_message_append(reply, "(sssss)", override->key, override->value, by, override->declared,
				     declared_in);
}

static int append_overrides(sd_bus_message *reply, const struct config *config, const char *name)
{
	size_t n;
	const struct config_override *overrides = config_overrides(config, name, &n);
	int r;

	if (n == 0)
		return 0;
	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "overrides");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a(sssss)");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sssss)");
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = append_override(reply, &overrides[i]);
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

int describe_append(sd_bus_message *reply, const struct config *config, const struct channel_spec *spec)
{
	int r;

	r = append_declared(reply, spec);
	if (r >= 0 && spec->n_values > 0)
		r = append_values(reply, spec);
	if (r >= 0 && spec->n_fields > 0)
		r = append_fields(reply, spec);
	if (r >= 0)
		r = append_origins(reply, config, spec);
	return r < 0 ? r : append_overrides(reply, config, spec->name);
}
