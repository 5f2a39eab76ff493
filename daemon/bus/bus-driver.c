/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The few calls of org.freedesktop.DBus that `busctl` and language bindings need. Called by connection.c. */

#include "daemon/bus/bus-driver.h"

#include <string.h>

#include "common/bus-names.h"

static int driver_hello(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_reply_method_return(message, "s", ":1.1");
}

/* Clients of a real bus ask for signals in this way. This one gets all of them, and filters by itself. */
static int driver_add_match(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct client *client = userdata;

	client->is_subscribed = true;
	return sd_bus_reply_method_return(message, "");
}

static int driver_remove_match(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_reply_method_return(message, "");
}

static int driver_get_name_owner(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const char *name;
	int r;

	r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	if (strcmp(name, BUS_NAME) != 0)
		return sd_bus_reply_method_errorf(message, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
						  "%s is the only name here", BUS_NAME);
	return sd_bus_reply_method_return(message, "s", BUS_DRIVER_OUR_ADDRESS);
}

static const sd_bus_vtable driver_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Hello", "", "s", driver_hello, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AddMatch", "s", "", driver_add_match, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RemoveMatch", "s", "", driver_remove_match, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetNameOwner", "s", "s", driver_get_name_owner, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int bus_driver_add(struct client *client)
{
	return sd_bus_add_object_vtable(client->bus, NULL, "/org/freedesktop/DBus", "org.freedesktop.DBus",
					driver_vtable, client);
}
