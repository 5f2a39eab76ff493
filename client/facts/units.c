/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Asks systemd over the system bus, if it runs, for doctor and metrics. */

#include "client/facts/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/bus.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define TIMEOUT_USEC 2000000 /* a systemd that hangs must not delay the other checks */

/* "kipc-consume@orders.service" -> "orders"; false: another unit. */
static bool parse_name(const char *name, struct unit *unit)
{
	const char *suffix = strrchr(name, '.');
	size_t n_prefix = strlen(UNITS_PREFIX), n;

	if (suffix == NULL || strncmp(name, UNITS_PREFIX, n_prefix) != 0)
		return false;
	n = (size_t)(suffix - name) - n_prefix;
	unit->is_path = strcmp(suffix, ".path") == 0;
	if (n == 0 || n >= sizeof unit->channel || (!unit->is_path && strcmp(suffix, ".service") != 0))
		return false;
	memcpy(unit->channel, name + n_prefix, n);
	unit->channel[n] = '\0';
	return kipc_name_is_valid(unit->channel);
}

static int add(struct units *units, const struct unit *unit)
{
	struct unit *items = reallocarray(units->items, units->n_items + 1, sizeof *items);

	if (items == NULL)
		return -ENOMEM;
	units->items = items;
	items[units->n_items++] = *unit;
	return 0;
}

static int read_units(struct units *units, sd_bus_message *reply)
{
	const char *name, *state, *detail;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	while (r >= 0) {
		struct unit unit = { 0 };

		r = sd_bus_message_read(reply, "(ssssssouso)", &name, NULL, NULL, &state, &detail, NULL, NULL,
					NULL, NULL, NULL);
		if (r <= 0)
			break;
		if (!parse_name(name, &unit))
			continue;
		snprintf(unit.state, sizeof unit.state, "%s", state);
		snprintf(unit.detail, sizeof unit.detail, "%s", detail);
		r = add(units, &unit);
	}
	return r;
}

static int ask(struct units *units)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_open_system(&units->bus);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(units->bus, TIMEOUT_USEC);
	if (r >= 0)
		r = sd_bus_message_new_method_call(units->bus, &call, SYSTEMD, "/org/freedesktop/systemd1",
						   SYSTEMD ".Manager", "ListUnitsByPatterns");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(call, false);
	if (r >= 0)
		r = sd_bus_message_append(call, "asas", 0, 1, UNITS_PREFIX "*");
	if (r >= 0)
		r = sd_bus_call(units->bus, call, 0, NULL, &reply);
	return r < 0 ? r : read_units(units, reply);
}

static int compare(const void *a, const void *b)
{
	const struct unit *one = a, *other = b;
	int r = strcmp(one->channel, other->channel);

	return r != 0 ? r : (int)one->is_path - (int)other->is_path;
}

int units_new(struct units **ret_units)
{
	struct units *units = calloc(1, sizeof *units);
	int r;

	if (units == NULL)
		return -ENOMEM;
	r = ask(units);
	if (r == -ENOMEM) {
		units_free(units);
		return r;
	}
	units->error = r < 0 ? r : 0;
	if (units->n_items > 0)
		qsort(units->items, units->n_items, sizeof *units->items, compare);
	*ret_units = units;
	return 0;
}

struct units *units_free(struct units *units)
{
	if (units == NULL)
		return NULL;
	sd_bus_close_unref(units->bus);
	free(units->items);
	free(units);
	return NULL;
}

const struct unit *units_find(const struct units *units, const char *channel, bool is_path)
{
	struct unit wanted = { .is_path = is_path };

	snprintf(wanted.channel, sizeof wanted.channel, "%s", channel);
	return units->n_items == 0 ? NULL
				   : bsearch(&wanted, units->items, units->n_items, sizeof wanted, compare);
}

int units_failures(const struct units *units, const char *channel, uint32_t *ret_restarts,
		   int32_t *ret_status)
{
	char name[sizeof UNITS_PREFIX + KIPC_NAME_MAX + sizeof ".service"];
	char *path = NULL;
	int r;

	snprintf(name, sizeof name, UNITS_PREFIX "%s.service", channel);
	r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", name, &path);
	if (r >= 0)
		r = sd_bus_get_property_trivial(units->bus, SYSTEMD, path, SYSTEMD ".Service", "NRestarts",
						NULL, 'u', ret_restarts);
	if (r >= 0)
		r = sd_bus_get_property_trivial(units->bus, SYSTEMD, path, SYSTEMD ".Service",
						"ExecMainStatus", NULL, 'i', ret_status);
	free(path);
	return r < 0 ? r : 0;
}
