/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From a declaration to the answer of Manager.Describe. */

#include "daemon/bus/describe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "common/bus-names.h"
#include "daemon/config/keys.h"

/* name -> an array of that signature, to which the caller appends */
static int open_array(sd_bus_message *reply, const char *name, const char *signature)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", name);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', signature);
	return r < 0 ? r : sd_bus_message_open_container(reply, 'a', signature + 1);
}

/* Array, variant and entry, unless r < 0. Returns r or an error. */
static int close_array(sd_bus_message *reply, int r)
{
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

static int append_numbers(sd_bus_message *reply, const char *name, const struct config_value *value)
{
	int r;

	r = open_array(reply, name, "aq");
	for (size_t i = 0; r >= 0 && i < value->n_numbers; i++)
		r = sd_bus_message_append_basic(reply, 'q', &value->numbers[i]);
	return close_array(reply, r);
}

static int append_value(sd_bus_message *reply, const char *name, const struct config_value *value)
{
	switch (value->type) {
	case CONFIG_TEXT:
		return sd_bus_message_append(reply, "{sv}", name, "s", value->text);
	case CONFIG_NUMBER:
		return sd_bus_message_append(reply, "{sv}", name, "u", (uint32_t)value->number);
	case CONFIG_SIZE:
		return sd_bus_message_append(reply, "{sv}", name, "t", value->number);
	case CONFIG_YESNO:
		return sd_bus_message_append(reply, "{sv}", name, "b", (int)value->number);
	case CONFIG_NUMBERS:
		return append_numbers(reply, name, value);
	}
	return -EINVAL;
}

/* The values of the keys, defaults included, and where the section stands. */
static int append_declared(sd_bus_message *reply, const struct channel_spec *spec)
{
	const unsigned hidden = spec->manage == MANAGE_OBSERVE ? KEY_OF_CREATION | KEY_SHOWN_IF_OURS : 0;
	unsigned section = config_keys_class_of(spec);
	struct config_value value;
	int r;

	r = sd_bus_message_append(reply, "{sv}{sv}", "origin", "s", spec->origin != NULL ? spec->origin : "",
				  "line", "u", (uint32_t)spec->line);
	for (unsigned id = 0; r >= 0 && id < CONFIG_N_KEYS; id++) {
		const struct config_key *row = &config_keys[id];

		if ((row->sections & section) != 0 && (row->flags & hidden) == 0 && id != CONFIG_KEY_FIELD &&
		    row->print(row, spec, &value))
			r = append_value(reply, row->name, &value);
	}
	return r;
}

/* name -> "f64be[4]@64" */
static int append_fields(sd_bus_message *reply, const struct channel_spec *spec)
{
	const struct config_key *row = &config_keys[CONFIG_KEY_FIELD];
	struct config_value value;
	int r;

	r = open_array(reply, "fields", "a{ss}");
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++) {
		(void)row->print(row, &spec->fields[i], &value);
		r = sd_bus_message_append(reply, "{ss}", spec->fields[i].name, value.text);
	}
	return close_array(reply, r);
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

	r = open_array(reply, "origins", "a{ss}");
	for (unsigned i = 0; r >= 0 && i < spec->n_places; i++)
		r = append_origin(reply, config, config_keys[spec->places[i].key].name, &spec->places[i]);
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++)
		r = append_field_origin(reply, config, &spec->fields[i]);
	return close_array(reply, r);
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
	r = open_array(reply, "overrides", "a(sssss)");
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = append_override(reply, &overrides[i]);
	return close_array(reply, r);
}

int describe_append(sd_bus_message *reply, const struct config *config, const struct channel_spec *spec)
{
	int r;

	r = append_declared(reply, spec);
	if (r >= 0 && spec->n_fields > 0)
		r = append_fields(reply, spec);
	if (r >= 0)
		r = append_origins(reply, config, spec);
	return r < 0 ? r : append_overrides(reply, config, spec->name);
}
