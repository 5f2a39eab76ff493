/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_SYSTEM_BUS_H
#define KIPC_DAEMON_BUS_SYSTEM_BUS_H

/* org.kipc1 on the system bus, while one runs. */

#include "daemon/bus/control.h"

struct system_bus;

/* Connects as soon as a bus runs, and again whenever it comes back. -ENOMEM. */
int system_bus_new(struct control *control, struct system_bus **ret_system_bus);
struct system_bus *system_bus_free(struct system_bus *system_bus);

/*
 * To be called after each event. Lets libsystemd do what is due at once: handle messages that it has read ahead, or notice
 * that the connection is ready or has ended. By itself it waits for a timer that it sets again before each event, and while
 * a client sends without a pause, that timer never fires.
 */
void system_bus_catch_up(struct system_bus *system_bus);

#endif
