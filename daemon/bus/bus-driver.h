/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_DRIVER_H
#define KIPC_DAEMON_BUS_BUS_DRIVER_H

/* What clients of a real bus ask its driver for, answered on the control socket. */

#include "daemon/bus/clients.h"

/* As a bus would call us: a client that asked for the owner of our name takes signals only from that owner. */
#define BUS_DRIVER_OUR_ADDRESS ":1.0"

int bus_driver_add(struct client *client);

#endif
