/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_OBJECTS_H
#define KIPC_DAEMON_BUS_BUS_OBJECTS_H

#include "daemon/bus/control.h"

/* Puts every object on a connection: kipcd offers the same on the control socket and on the system bus. */
int bus_objects_add(struct control *control, sd_bus *bus);

#endif
