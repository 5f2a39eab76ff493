/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_SYSTEM_BUS_H
#define KIPC_DAEMON_BUS_SYSTEM_BUS_H

/* org.kipc1 on the system bus, as long as there is one. */

#include <stdbool.h>

#include "daemon/bus/bus.h"

struct manager;
struct system_bus;

/* Connects as soon as there is a bus, now or later, and again whenever it comes back. -ENOMEM. */
int system_bus_new(struct manager *manager, struct system_bus **ret_system_bus);
struct system_bus *system_bus_free(struct system_bus *system_bus);

/* Whether the bus is there and refuses us our name. */
bool system_bus_is_refused(const struct system_bus *system_bus);

/* See bus_objects_catch_up(). */
void system_bus_catch_up(struct system_bus *system_bus);

/* Sends a signal, if the bus is there and reads what it is sent. */
void system_bus_tell(struct system_bus *system_bus, bus_teller *tell, const void *news);

#endif
