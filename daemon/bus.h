/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_H
#define KIPC_DAEMON_BUS_H

/* The control socket: accepting connections, and bounding what each may cost. What they may call is manager-bus.c's. */

#include <systemd/sd-bus.h>

struct event;
struct manager;
struct bus_server;

/* Serves the listening socket `fd` and takes it over, on success and on failure. */
int bus_server_new(struct manager *manager, int fd, struct bus_server **ret_server);
struct bus_server *bus_server_free(struct bus_server *server);

/* From here on the client of that connection gets the signal of every event. */
void bus_server_subscribe(struct bus_server *server, const sd_bus *bus);

/* Tells all subscribers. One that does not read is disconnected. */
void bus_server_tell(struct bus_server *server, const struct event *event);

unsigned bus_server_n_connections(const struct bus_server *server);

#endif
