/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What doctor compares a semaphore with: with the whole of a declaration, declared.c has to do. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/bus.h"
#include "client/declared-values.h"

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

int declared_values_read(sd_bus *bus, const char *name, uint16_t **ret_values, size_t *ret_n)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	uint16_t *values = NULL;
	const char *key;
	size_t n = 0;
	int r;

	r = bus_call(bus, "Describe", &error, &reply, "s", name);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = sd_bus_message_read(reply, "s", &key);
		if (r >= 0)
			r = strcmp(key, "values") == 0 ? copy_values(reply, &values, &n)
						       : sd_bus_message_skip(reply, "v");
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	if (r < 0) {
		free(values);
		return r;
	}
	*ret_values = values;
	*ret_n = n;
	return 0;
}
