/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_H
#define KIPC_DAEMON_BUS_H

/* The control socket: accepting connections, and bounding what each may cost. What they may call is manager-bus.c's. */

#include <systemd/sd-bus.h>

struct manager;
struct bus_server;

/* Serves the listening socket `fd` and takes it over, on success and on failure. */
int bus_server_new(struct manager *manager, int fd, struct bus_server **ret_server);
struct bus_server *bus_server_free(struct bus_server *server);

/* See bus_objects_catch_up(). */
void bus_server_catch_up(struct bus_server *server);

/* From here on the client of that connection gets every signal. */
void bus_server_subscribe(struct bus_server *server, const sd_bus *bus);

/* Sends a signal about `news`; a negative errno if it cannot be sent. */
typedef int bus_teller(sd_bus *bus, const void *news);

/* Tells all subscribers. One that does not read is disconnected. */
void bus_server_tell(struct bus_server *server, bus_teller *tell, const void *news);

unsigned bus_server_n_connections(const struct bus_server *server);

#endif
