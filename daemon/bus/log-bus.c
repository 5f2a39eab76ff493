/* SPDX-License-Identifier: GPL-2.0-or-later */

/* org.freedesktop.LogControl1(5). The level can be changed; the target is chosen at the start (log.c). */

#include "daemon/bus/log-bus.h"

#include <string.h>

#include "common/bus-names.h"
#include "common/service/log.h"

/* By their numbers in syslog(3). */
static const char *const level_words[] = { "emerg",   "alert",	"crit", "err",
					   "warning", "notice", "info", "debug" };

static int get_level(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_message_append(reply, "s", level_words[log_max_level()]);
}

static int set_level(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *value, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	const char *word;
	int r;

	r = callers_authorize(&control->callers, value, reterr);
	if (r >= 0)
		r = sd_bus_message_read(value, "s", &word);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof level_words / sizeof *level_words; i++)
		if (strcmp(level_words[i], word) == 0) {
			log_set_max_level((int)i);
			return 0;
		}
	return sd_bus_error_setf(reterr, BUS_ERROR_INVALID, "'%s' is not a level such as info or debug",
				 word);
}

static int get_target(sd_bus *bus, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_message_append(reply, "s", log_is_to_journal() ? "journal" : "console");
}

static int get_identifier(sd_bus *bus, const char *path, const char *interface, const char *property,
			  sd_bus_message *reply, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_message_append(reply, "s", "kipcd");
}

static const sd_bus_vtable log_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_WRITABLE_PROPERTY("LogLevel", "s", get_level, set_level, 0, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("LogTarget", "s", get_target, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("SyslogIdentifier", "s", get_identifier, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

int log_bus_add(struct control *control, sd_bus *bus)
{
	return sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/LogControl1",
					"org.freedesktop.LogControl1", log_vtable, control);
}
