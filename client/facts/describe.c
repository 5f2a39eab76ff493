/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used by declared.c, for the whole declaration, and by declared-values.c, for the values that doctor needs. */

#include "client/facts/describe.h"

int describe_channel(sd_bus *bus, const char *name, describe_take *take, void *userdata)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	const char *key;
	int r;

	r = bus_call(bus, "Describe", NULL, &reply, BUS_DESCRIBE_TAKES, name);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = sd_bus_message_read(reply, "s", &key);
		if (r >= 0)
			r = take(reply, key, userdata);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r;
}
