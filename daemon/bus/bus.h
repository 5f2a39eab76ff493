/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_BUS_H
#define KIPC_DAEMON_BUS_BUS_H

/* The control socket: accepting connections and keeping them. What they may call is manager-bus.c's. */

#include <systemd/sd-bus.h>

struct manager;
struct bus_server;
struct connection;
struct peer;

/* Serves the listening socket `fd` and takes it over, on success and on failure. */
int bus_server_new(struct manager *manager, int fd, struct bus_server **ret_server);
struct bus_server *bus_server_free(struct bus_server *server);

/* From here on it listens on `fd` instead, and takes that over. Clients that are connected stay connected. */
int bus_server_listen(struct bus_server *server, int fd);

/* Takes the connection off the list and frees it. */
void bus_server_end(struct bus_server *server, struct connection *connection);

/* The peer of a connection, as the kernel says; NULL: the connection is not one of ours. */
const struct peer *bus_server_find_peer(const struct bus_server *server, const sd_bus *bus);

/* From here on the client of that connection gets every signal. */
void bus_server_subscribe(struct bus_server *server, const sd_bus *bus);

/* Sends a signal about `news`; a negative errno if it cannot be sent. */
typedef int bus_teller(sd_bus *bus, const void *news);

/* Tells all subscribers. One that does not read is disconnected. */
void bus_server_tell(struct bus_server *server, bus_teller *tell, const void *news);

unsigned bus_server_n_connections(const struct bus_server *server);

#endif
