/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The control socket: which clients may connect, and how many. connection.c is in charge of each connection. Without a free
 * descriptor accept() would spin, so the listener pauses then.
 */

#include "daemon/bus/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/service/log.h"
#include "daemon/bus/connection.h"
#include "daemon/run/manager.h"

#define CONNECTIONS_MAX 64
#define CONNECTIONS_FOR_ROOT 8 /* of them, kept for root and our own uid */
#define CONNECTIONS_PER_UID 8
#define EVENTS_WAITING_MAX 64 /* signals that a subscriber has not read */
#define PAUSE_USEC 1000000    /* out of descriptors */

struct bus_server {
	struct manager *manager;
	int fd;
	sd_event_source *listener;
	sd_event_source *pause_timer;
	struct connection *connections;
	unsigned n_connections;
};

/* -- one connection ---------------------------------------------------------------------------------------- */

void bus_server_end(struct bus_server *server, struct connection *connection)
{
	for (struct connection **p = &server->connections; *p != NULL; p = &(*p)->next)
		if (*p == connection) {
			*p = connection->next;
			server->n_connections--;
			break;
		}
	connection_free(connection);
	(void)sd_event_source_set_enabled(server->listener, SD_EVENT_ON);
}

const struct peer *bus_server_find_peer(const struct bus_server *server, const sd_bus *bus)
{
	for (const struct connection *c = server->connections; c != NULL; c = c->next)
		if (c->bus == bus)
			return &c->peer;
	return NULL;
}

/* -- telling ------------------------------------------------------------------------------------------------ */

void bus_server_subscribe(struct bus_server *server, const sd_bus *bus)
{
	for (struct connection *c = server->connections; c != NULL; c = c->next)
		if (c->bus == bus)
			c->is_subscribed = true;
}

void bus_server_tell(struct bus_server *server, bus_teller *tell, const void *news)
{
	for (struct connection *c = server->connections; c != NULL; c = c->next) {
		uint64_t n_waiting = 0;

		if (!c->is_subscribed)
			continue;
		if (sd_bus_get_n_queued_write(c->bus, &n_waiting) < 0 || n_waiting > EVENTS_WAITING_MAX ||
		    tell(c->bus, news) < 0)
			connection_drop(c);
	}
}

unsigned bus_server_n_connections(const struct bus_server *server)
{
	return server->n_connections;
}

/* -- accepting --------------------------------------------------------------------------------------------- */

static bool is_welcome(const struct bus_server *server, uid_t uid)
{
	bool is_root = uid == 0 || uid == geteuid();
	unsigned n_of_uid = 0;

	for (const struct connection *c = server->connections; c != NULL; c = c->next)
		n_of_uid += c->peer.uid == uid;
	if (server->n_connections >= CONNECTIONS_MAX - (is_root ? 0 : CONNECTIONS_FOR_ROOT))
		return false;
	return is_root || n_of_uid < CONNECTIONS_PER_UID;
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_server *server = userdata;

	return sd_event_source_set_enabled(server->listener, SD_EVENT_ON);
}

static void server_pause(struct bus_server *server)
{
	(void)sd_event_source_set_enabled(server->listener, SD_EVENT_OFF);
	server->pause_timer = sd_event_source_disable_unref(server->pause_timer);
	(void)sd_event_add_time_relative(server->manager->event, &server->pause_timer, CLOCK_MONOTONIC,
					 PAUSE_USEC, 0, on_pause_over, server);
}

static int on_connection(sd_event_source *source, int listen_fd, uint32_t events, void *userdata)
{
	struct bus_server *server = userdata;
	struct connection *connection;
	struct peer peer;
	int fd, r;

	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			server_pause(server);
		return 0;
	}
	r = peer_read(fd, &peer);
	if (r < 0 || !is_welcome(server, peer.uid)) {
		close(fd);
		if (r >= 0)
			peer_done(&peer);
		return 0;
	}
	r = connection_new(server->manager, server, fd, &peer, &connection);
	if (r < 0) {
		log_line(LOG_WARNING, "a connection of uid %u cannot be served: %s", (unsigned)peer.uid,
			 strerror(-r));
		peer_done(&peer);
		return 0;
	}
	connection->next = server->connections;
	server->connections = connection;
	if (++server->n_connections == CONNECTIONS_MAX)
		(void)sd_event_source_set_enabled(server->listener, SD_EVENT_OFF);
	return 0;
}

int bus_server_new(struct manager *manager, int fd, struct bus_server **ret_server)
{
	struct bus_server *server = calloc(1, sizeof *server);
	int r;

	if (server == NULL) {
		close(fd);
		return -ENOMEM;
	}
	server->manager = manager;
	server->fd = fd;
	r = sd_event_add_io(manager->event, &server->listener, fd, EPOLLIN, on_connection, server);
	if (r < 0) {
		bus_server_free(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

int bus_server_listen(struct bus_server *server, int fd)
{
	sd_event_source *listener = NULL;
	int r;

	r = sd_event_add_io(server->manager->event, &listener, fd, EPOLLIN, on_connection, server);
	if (r < 0) {
		close(fd);
		return r;
	}
	sd_event_source_disable_unref(server->listener);
	close(server->fd);
	server->listener = listener;
	server->fd = fd;
	return 0;
}

struct bus_server *bus_server_free(struct bus_server *server)
{
	struct connection *next;

	if (server == NULL)
		return NULL;
	for (struct connection *c = server->connections; c != NULL; c = next) {
		next = c->next;

		connection_free(c);
	}
	sd_event_source_disable_unref(server->pause_timer);
	sd_event_source_disable_unref(server->listener);
	close(server->fd);
	free(server);
	return NULL;
}
