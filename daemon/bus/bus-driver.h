/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_DRIVER_H
#define KIPC_DAEMON_BUS_BUS_DRIVER_H

/* Answers on the control socket what clients ask the driver of a real bus. */

#include "daemon/bus/clients.h"

/* Our unique name: a client that asked for the owner of org.kipc1 accepts signals only from that owner. */
#define BUS_DRIVER_OUR_ADDRESS ":1.0"

int bus_driver_add(struct client *client);

#endif
