/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of contents of the control interface: which file offers what. Called by both ways in, bus.c and system-bus.c. */

#include "daemon/bus/bus-objects.h"

#include "daemon/bus/channel-bus.h"
#include "daemon/bus/log-bus.h"
#include "daemon/bus/manager-bus.h"
#include "daemon/bus/system-bus.h"
#include "daemon/run/manager.h"

int bus_objects_add(struct manager *manager, sd_bus *bus)
{
	int r;

	r = manager_bus_add(manager, bus);
	if (r >= 0)
		r = channel_bus_add(manager, bus);
	if (r >= 0)
		r = log_bus_add(manager, bus);
	return r;
}

int bus_objects_catch_up(sd_bus *bus)
{
	uint64_t until;

	return sd_bus_get_timeout(bus, &until) > 0 && until == 0 ? sd_bus_process(bus, NULL) : 0;
}

void bus_objects_tell(struct manager *manager, bus_teller *tell, const void *news)
{
	if (manager->bus != NULL)
		bus_server_tell(manager->bus, tell, news);
	if (manager->system_bus != NULL)
		system_bus_tell(manager->system_bus, tell, news);
}
