/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Makes JSON from whatever keys kipcd sends: a new configuration key needs no change here. The column of the same name says how a
 * number is written.
 */

#include "client/facts/declared.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/columns.h"
#include "client/facts/describe.h"

static enum value_type type_of_number(const char *word)
{
	const struct column *column = columns_find(word);

	return column != NULL && column->type != VALUE_NONE ? column->type : VALUE_NUMBER;
}

static int read_list(sd_bus_message *message, struct value *value)
{
	const uint16_t *items;
	size_t size;
	int r;

	r = sd_bus_message_read_array(message, 'q', (const void **)&items, &size);
	if (r < 0)
		return r;
	value->n_list = size / sizeof *items;
	value->list = calloc(value->n_list + 1, sizeof *value->list);
	if (value->list == NULL)
		return -ENOMEM;
	value->type = VALUE_LIST;
	for (size_t i = 0; i < value->n_list; i++)
		value->list[i] = items[i];
	return 0;
}

/* The variant under the cursor, of one of the types that kipcd sends. */
static int read_value(sd_bus_message *message, const char *word, struct value *value)
{
	const char *type, *text;
	uint32_t small;
	uint64_t number;
	int r, yes;

	r = sd_bus_message_peek_type(message, NULL, &type);
	if (r < 0)
		return r;
	if (strcmp(type, "s") == 0) {
		r = sd_bus_message_read(message, "v", "s", &text);
		if (r >= 0)
			value_set_text(value, text);
	} else if (strcmp(type, "u") == 0) {
		r = sd_bus_message_read(message, "v", "u", &small);
		if (r >= 0)
			value_set_number(value, type_of_number(word), small);
	} else if (strcmp(type, "t") == 0) {
		r = sd_bus_message_read(message, "v", "t", &number);
		if (r >= 0)
			value_set_number(value, type_of_number(word), number);
	} else if (strcmp(type, "b") == 0) {
		r = sd_bus_message_read(message, "v", "b", &yes);
		if (r >= 0)
			value_set_number(value, VALUE_BOOL, (uint64_t)yes);
	} else if (strcmp(type, "aq") == 0) {
		r = sd_bus_message_enter_container(message, 'v', type);
		if (r >= 0)
			r = read_list(message, value);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
	} else {
		r = sd_bus_message_skip(message, "v");
	}
	return r;
}

/* name -> string, as JSON: the type and place of each field, the origin of each key. */
static int read_strings(sd_bus_message *message, struct json_object **ret_json)
{
	struct json_object *strings = json_object_new_object();
	const char *name, *string;
	int r = strings == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = sd_bus_message_enter_container(message, 'v', "a{ss}");
	if (r >= 0)
		r = sd_bus_message_enter_container(message, 'a', "{ss}");
	while (r >= 0 && (r = sd_bus_message_read(message, "{ss}", &name, &string)) > 0)
		if (json_object_object_add(strings, name, json_object_new_string(string)) < 0)
			r = -ENOMEM;
	for (int i = 0; r >= 0 && i < 2; i++)
		r = sd_bus_message_exit_container(message);
	if (r < 0) {
		json_object_put(strings);
		return r;
	}
	*ret_json = strings;
	return 0;
}

/* What is overridden, as JSON. */
static int read_overrides(sd_bus_message *message, struct json_object **ret_json)
{
	static const char *const names[] = { "key", "value", "by", "declared", "declared_in" };
	struct json_object *overrides = json_object_new_array(), *item;
	const char *texts[5];
	int r = overrides == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = sd_bus_message_enter_container(message, 'v', "a(sssss)");
	if (r >= 0)
		r = sd_bus_message_enter_container(message, 'a', "(sssss)");
	while (r >= 0 && (r = sd_bus_message_read(message, "(sssss)", &texts[0], &texts[1], &texts[2],
						  &texts[3], &texts[4])) > 0) {
		item = json_object_new_object();
		if (item == NULL || json_object_array_add(overrides, item) < 0) {
			json_object_put(item);
			r = -ENOMEM;
		}
		for (size_t i = 0; r >= 0 && i < 5; i++)
			if (json_object_object_add(item, names[i], json_object_new_string(texts[i])) < 0)
				r = -ENOMEM;
	}
	for (int i = 0; r >= 0 && i < 2; i++)
		r = sd_bus_message_exit_container(message);
	if (r < 0) {
		json_object_put(overrides);
		return r;
	}
	*ret_json = overrides;
	return 0;
}

struct declaration {
	struct value_style *style;
	struct json_object *object;
};

static int add_key(sd_bus_message *message, const char *key, void *userdata)
{
	struct declaration *declaration = userdata;
	struct json_object *member = NULL;
	struct value value = { 0 };
	int r;

	if (strcmp(key, "fields") == 0 || strcmp(key, "origins") == 0) {
		r = read_strings(message, &member);
	} else if (strcmp(key, "overrides") == 0) {
		r = read_overrides(message, &member);
	} else {
		r = read_value(message, key, &value);
		if (r >= 0)
			r = value_to_json(&value, declaration->style, &member);
	}
	value_done(&value);
	if (r >= 0 && json_object_object_add(declaration->object, key, member) < 0) {
		json_object_put(member);
		r = -ENOMEM;
	}
	return r;
}

int declared_read(sd_bus *bus, const char *name, struct value_style *style, struct json_object **ret_json)
{
	struct declaration declaration = { .style = style, .object = json_object_new_object() };
	int r = declaration.object == NULL ? -ENOMEM : describe_channel(bus, name, add_key, &declaration);

	if (r < 0 || json_object_object_length(declaration.object) == 0) {
		json_object_put(declaration.object);
		declaration.object = NULL;
	}
	if (r < 0)
		return r;
	*ret_json = declaration.object;
	return 0;
}
