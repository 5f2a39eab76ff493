/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_OBJECTS_H
#define KIPC_DAEMON_BUS_BUS_OBJECTS_H

/* What kipcd offers is the same on the control socket and on the system bus. */

#include "daemon/bus/bus.h"

struct manager;

/* What libsystemd tells about a connection itself comes as a signal from nowhere. */
#define BUS_LOCAL_SIGNAL(member)                                                                             \
	"type='signal',sender='org.freedesktop.DBus.Local',path='/org/freedesktop/DBus/Local',"              \
	"interface='org.freedesktop.DBus.Local',member='" member "'"

/* Puts every object on a connection. */
int bus_objects_add(struct manager *manager, sd_bus *bus);

/*
 * Does what libsystemd has to do at once on a connection: give out what it read ahead, or that the connection is there or
 * has ended. By itself it waits for a timer that it sets anew before each event, and beside a client that never pauses the
 * turn of that never comes. To be called after each event. A negative errno: the connection is of no use any more.
 */
int bus_objects_catch_up(sd_bus *bus);

/* Sends a signal to everybody who wants signals, both ways out. */
void bus_objects_tell(struct manager *manager, bus_teller *tell, const void *news);

#endif
