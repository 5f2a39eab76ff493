/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_H
#define KIPC_DAEMON_BUS_BUS_H

/* The control interface, on the control socket and on the system bus. */

#include "daemon/run/manager.h"

struct bus;

/*
 * Serves `fd`, the listening control socket, which it takes over on success and on failure; and org.kipc1 on the system bus
 * if the manager's options say so.
 */
int bus_new(struct manager *manager, int fd, struct bus **ret_bus);

/* NULL is fine. Returns NULL. */
struct bus *bus_free(struct bus *bus);

#endif
