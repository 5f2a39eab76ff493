/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The declared values that doctor compares an object with; declared.c reads the whole declaration. */

#include "client/facts/declared-values.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/describe.h"

static int copy_values(sd_bus_message *reply, uint16_t **ret_values, size_t *ret_n)
{
	const void *values;
	uint16_t *copy;
	size_t size;
	int r;

	r = sd_bus_message_enter_container(reply, 'v', "aq");
	if (r >= 0)
		r = sd_bus_message_read_array(reply, 'q', &values, &size);
	if (r < 0 || size == 0)
		return r;
	copy = malloc(size);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, values, size);
	free(*ret_values);
	*ret_values = copy;
	*ret_n = size / sizeof *copy;
	return sd_bus_message_exit_container(reply);
}

struct values {
	uint16_t *items;
	size_t n;
};

static int take_values(sd_bus_message *reply, const char *word, void *userdata)
{
	struct values *values = userdata;

	return strcmp(word, "values") == 0 ? copy_values(reply, &values->items, &values->n)
					   : sd_bus_message_skip(reply, "v");
}

int declared_values_read(sd_bus *bus, const char *name, uint16_t **ret_values, size_t *ret_n)
{
	struct values values = { 0 };
	int r = describe_channel(bus, name, take_values, &values);

	if (r < 0) {
		free(values.items);
		return r;
	}
	*ret_values = values.items;
	*ret_n = values.n;
	return 0;
}

struct access_words {
	bool has_group, has_mode;
	struct declared_access access;
};

static int take_access(sd_bus_message *reply, const char *word, void *userdata)
{
	struct access_words *words = userdata;
	const char *text;
	uint32_t gid;
	int r;

	if (strcmp(word, "group") == 0) {
		r = sd_bus_message_read(reply, "v", "u", &gid);
		words->has_group = r >= 0;
		if (r >= 0)
			words->access.gid = gid;
	} else if (strcmp(word, "mode") == 0) {
		r = sd_bus_message_read(reply, "v", "s", &text);
		words->has_mode = r >= 0;
		if (r >= 0)
			words->access.mode = (mode_t)strtoul(text, NULL, 8);
	} else {
		r = sd_bus_message_skip(reply, "v");
	}
	return r;
}

int declared_access_read(sd_bus *bus, const char *name, struct declared_access *ret_access)
{
	struct access_words words = { 0 };
	int r = describe_channel(bus, name, take_access, &words);

	if (r < 0)
		return r;
	if (!words.has_group || !words.has_mode)
		return -ENODATA;
	*ret_access = words.access;
	return 0;
}
