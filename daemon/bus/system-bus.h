/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_SYSTEM_BUS_H
#define KIPC_DAEMON_BUS_SYSTEM_BUS_H

/* org.kipc1 on the system bus, as long as there is one. */

#include "daemon/bus/control.h"

struct system_bus;

/* Connects as soon as there is a bus, now or later, and again whenever it comes back. -ENOMEM. */
int system_bus_new(struct control *control, struct system_bus **ret_system_bus);
struct system_bus *system_bus_free(struct system_bus *system_bus);

/*
 * Does what libsystemd has to do at once on the connection: hand out what it read ahead, or note that the connection is there or has
 * ended. By itself it waits for a timer that it sets again before each event, and while a client never pauses, that timer's turn never
 * comes. To be called after each event.
 */
void system_bus_catch_up(struct system_bus *system_bus);

#endif
