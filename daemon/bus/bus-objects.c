/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of contents of the control interface: which file offers what. Called by connection.c and system-bus.c. */

#include "daemon/bus/bus-objects.h"

#include "daemon/bus/channel-bus.h"
#include "daemon/bus/log-bus.h"
#include "daemon/bus/manager-bus.h"

int bus_objects_add(struct control *control, sd_bus *bus)
{
	int r;

	r = manager_bus_add(control, bus);
	if (r >= 0)
		r = channel_bus_add(control, bus);
	if (r >= 0)
		r = log_bus_add(control, bus);
	return r;
}
