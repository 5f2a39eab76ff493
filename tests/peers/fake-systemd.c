/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * As much of systemd as doctor and metrics ask on the system bus, for tests: the units that a file names, which is read at each
 * call. A line is UNIT ACTIVESTATE SUBSTATE RESTARTS STATUS. Prints a newline when it has its name.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define UNITS "/org/freedesktop/systemd1/unit"

struct unit {
	char name[128], state[32], detail[32];
	unsigned restarts;
	int status;
};

static const char *file_name;

static int next(FILE *file, struct unit *unit)
{
	return fscanf(file, "%127s %31s %31s %u %d", unit->name, unit->state, unit->detail, &unit->restarts,
		      &unit->status) == 5;
}

static int list(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	FILE *file = fopen(file_name, "re");
	sd_bus_message *reply = NULL;
	struct unit unit;
	int r;

	(void)userdata;
	(void)error;
	r = file == NULL ? -errno : sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
	while (r >= 0 && next(file, &unit))
		r = sd_bus_message_append(reply, "(ssssssouso)", unit.name, "", "loaded", unit.state,
					  unit.detail, "", UNITS "/x", 0, "", "/");
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	if (file != NULL)
		fclose(file);
	return r;
}

static int get(sd_bus *bus, const char *path, const char *interface, const char *property,
	       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	FILE *file = fopen(file_name, "re");
	struct unit unit = { 0 };
	char *name = NULL;
	int r = sd_bus_path_decode(path, UNITS, &name);

	(void)bus;
	(void)interface;
	(void)userdata;
	(void)error;
	while (r > 0 && file != NULL && next(file, &unit) && strcmp(unit.name, name) != 0)
		unit = (struct unit){ 0 };
	free(name);
	if (file != NULL)
		fclose(file);
	return strcmp(property, "NRestarts") == 0 ? sd_bus_message_append(reply, "u", unit.restarts)
						  : sd_bus_message_append(reply, "i", unit.status);
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("ListUnitsByPatterns", "asas", "a(ssssssouso)", list, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("NRestarts", "u", get, 0, 0),
	SD_BUS_PROPERTY("ExecMainStatus", "i", get, 0, 0),
	SD_BUS_VTABLE_END,
};

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;
	int r;

	if (argc != 2)
		return 2;
	file_name = argv[1];
	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/systemd1",
					     "org.freedesktop.systemd1.Manager", manager, NULL);
	if (r >= 0)
		r = sd_bus_add_fallback_vtable(bus, NULL, UNITS, "org.freedesktop.systemd1.Service", service,
					       NULL, NULL);
	if (r >= 0)
		r = sd_bus_request_name(bus, "org.freedesktop.systemd1", 0);
	if (r >= 0) {
		puts("");
		fflush(stdout);
	}
	while (r >= 0)
		if ((r = sd_bus_process(bus, NULL)) == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	fprintf(stderr, "fake-systemd: %s\n", strerror(-r));
	return 1;
}
