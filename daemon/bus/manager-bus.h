/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_MANAGER_BUS_H
#define KIPC_DAEMON_BUS_MANAGER_BUS_H

#include "daemon/bus/control.h"

/* Puts org.kipc1.Manager on a connection. */
int manager_bus_add(struct control *control, sd_bus *bus);

#endif
