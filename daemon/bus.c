/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The peer-to-peer half of the control interface. libsystemd sets no bounds by itself: a client that sends and never
 * reads makes the server grow, one that never authenticates stays for long, and out of descriptors accept() spins. So
 * here are the bounds: connections in all and for a uid, time to authenticate, replies that wait, calls a second.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "daemon/budget.h"
#include "daemon/bus.h"
#include "daemon/bus-objects.h"
#include "daemon/log.h"
#include "daemon/manager.h"

#define CONNECTIONS_MAX 64
#define CONNECTIONS_FOR_ROOT 8 /* of them, kept for root and our own uid */
#define CONNECTIONS_PER_UID 8
#define AUTHENTICATION_USEC (2 * 1000000)
#define REPLIES_WAITING_MAX 8
#define OUR_ADDRESS                                                                                          \
	":1.0" /* as a bus would call us: who asked for the owner of our name takes signals from him alone */
#define EVENTS_WAITING_MAX 64 /* signals that a subscriber has not read */
#define PAUSE_USEC 1000000    /* out of descriptors */
#define EARLY_CALLS_MAX 16

struct connection {
	struct bus_server *server;
	struct connection *next;
	sd_bus *bus;
	uid_t uid;
	bool is_subscribed;
	sd_event_source *authentication_timer;
	sd_event_source *early_calls;
	sd_event_source *farewell; /* deferred end, outside of sd-bus's own callbacks */
};

struct bus_server {
	struct manager *manager;
	int fd;
	sd_event_source *listener;
	sd_event_source *pause_timer;
	struct connection *connections;
	unsigned n_connections;
};

/* -- one connection ---------------------------------------------------------------------------------------- */

static struct connection *connection_free(struct connection *connection)
{
	if (connection == NULL)
		return NULL;
	sd_event_source_disable_unref(connection->authentication_timer);
	sd_event_source_disable_unref(connection->early_calls);
	sd_event_source_disable_unref(connection->farewell);
	sd_bus_close_unref(connection->bus);
	free(connection);
	return NULL;
}

static void connection_end(struct connection *connection)
{
	struct bus_server *server = connection->server;

	for (struct connection **p = &server->connections; *p != NULL; p = &(*p)->next)
		if (*p == connection) {
			*p = connection->next;
			server->n_connections--;
			break;
		}
	connection_free(connection);
	(void)sd_event_source_set_enabled(server->listener, SD_EVENT_ON);
}

static int on_farewell(sd_event_source *source, void *userdata)
{
	connection_end(userdata);
	return 0;
}

/* Ends it as soon as the event loop is back in our hands. */
static void connection_drop(struct connection *connection)
{
	sd_event *event = connection->server->manager->event;

	if (connection->farewell == NULL &&
	    sd_event_add_defer(event, &connection->farewell, on_farewell, connection) < 0)
		sd_bus_close(connection->bus);
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	connection_drop(userdata);
	return 0;
}

static int on_early_calls(sd_event_source *source, void *userdata)
{
	struct connection *connection = userdata;

	for (int i = 0; i < EARLY_CALLS_MAX && sd_bus_process(connection->bus, NULL) > 0; i++)
		;
	return 0;
}

/*
 * A client that does not wait between the end of its authentication and its first call may have both read in one go.
 * libsystemd then has the call, but waits for the descriptor to become readable again before it looks at it.
 */
static int on_connected(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct connection *connection = userdata;

	return sd_event_add_defer(connection->server->manager->event, &connection->early_calls,
				  on_early_calls, connection);
}

static int on_authentication_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct connection *connection = userdata;

	if (sd_bus_is_ready(connection->bus) <= 0)
		connection_drop(connection);
	return 0;
}

/* Sees every message before anybody else: also those that libsystemd would answer by itself. */
static int on_any_message(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct connection *connection = userdata;
	uint64_t n_waiting = 0;

	if (sd_bus_get_n_queued_write(connection->bus, &n_waiting) < 0 || n_waiting > REPLIES_WAITING_MAX) {
		log_line(LOG_NOTICE, "a client of uid %u does not read its replies: disconnected",
			 (unsigned)connection->uid);
		connection_drop(connection);
		return 1;
	}
	return budget_charge(&connection->server->manager->budget, connection->uid, message);
}

void bus_server_catch_up(struct bus_server *server)
{
	for (struct connection *c = server->connections; c != NULL; c = c->next)
		if (bus_objects_catch_up(c->bus) < 0)
			connection_drop(c);
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

/* -- the bus driver's part that clients of a real bus ask for ---------------------------------------------- */

static int driver_hello(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_reply_method_return(message, "s", ":1.1");
}

/* Clients of a real bus ask for signals in this way; which of them they want, they filter themselves. */
static int driver_add_match(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct connection *connection = userdata;

	connection->is_subscribed = true;
	return sd_bus_reply_method_return(message, "");
}

static int driver_remove_match(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_reply_method_return(message, "");
}

static int driver_get_name_owner(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const char *name;
	int r;

	r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	if (strcmp(name, BUS_NAME) != 0)
		return sd_bus_reply_method_errorf(message, SD_BUS_ERROR_NAME_HAS_NO_OWNER, "only %s is here",
						  BUS_NAME);
	return sd_bus_reply_method_return(message, "s", OUR_ADDRESS);
}

static const sd_bus_vtable driver_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Hello", "", "s", driver_hello, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AddMatch", "s", "", driver_add_match, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RemoveMatch", "s", "", driver_remove_match, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetNameOwner", "s", "s", driver_get_name_owner, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* -- accepting --------------------------------------------------------------------------------------------- */

static int connection_start(struct connection *connection, int fd)
{
	sd_event *event = connection->server->manager->event;
	sd_id128_t id;
	int r;

	r = sd_bus_new(&connection->bus);
	if (r >= 0)
		r = sd_bus_set_fd(connection->bus, fd, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	/* From here on the bus closes the descriptor. */
	r = sd_id128_randomize(&id);
	if (r >= 0)
		r = sd_bus_set_server(connection->bus, 1, id);
	if (r >= 0)
		r = sd_bus_negotiate_creds(connection->bus, 1,
					   SD_BUS_CREDS_PID | SD_BUS_CREDS_EUID | SD_BUS_CREDS_EGID |
						   SD_BUS_CREDS_SUPPLEMENTARY_GIDS);
	if (r >= 0)
		r = sd_bus_negotiate_fds(connection->bus, 0);
	if (r >= 0)
		r = sd_bus_set_close_on_exit(connection->bus, 0); /* it would wait for a client to read */
	if (r >= 0)
		r = sd_bus_set_sender(connection->bus, OUR_ADDRESS);
	if (r >= 0)
		r = sd_bus_set_connected_signal(connection->bus, 1);
	if (r >= 0)
		r = sd_bus_start(connection->bus);
	if (r >= 0)
		r = sd_bus_attach_event(connection->bus, event, 0);
	if (r >= 0)
		r = sd_bus_add_match(connection->bus, NULL, BUS_LOCAL_SIGNAL("Connected"), on_connected,
				     connection);
	if (r >= 0)
		r = sd_bus_add_match(connection->bus, NULL, BUS_LOCAL_SIGNAL("Disconnected"), on_disconnected,
				     connection);
	if (r >= 0)
		r = sd_bus_add_filter(connection->bus, NULL, on_any_message, connection);
	if (r >= 0)
		r = sd_bus_add_object_vtable(connection->bus, NULL, "/org/freedesktop/DBus",
					     "org.freedesktop.DBus", driver_vtable, connection);
	if (r >= 0)
		r = bus_objects_add(connection->server->manager, connection->bus);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &connection->authentication_timer, CLOCK_MONOTONIC,
					       AUTHENTICATION_USEC, 0, on_authentication_timeout, connection);
	return r;
}

static bool is_welcome(const struct bus_server *server, uid_t uid)
{
	bool is_root = uid == 0 || uid == geteuid();
	unsigned n_of_uid = 0;

	for (const struct connection *c = server->connections; c != NULL; c = c->next)
		n_of_uid += c->uid == uid;
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
	struct ucred peer;
	socklen_t size = sizeof peer;
	int fd, r;

	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			server_pause(server);
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || !is_welcome(server, peer.uid)) {
		close(fd);
		return 0;
	}
	connection = calloc(1, sizeof *connection);
	if (connection == NULL) {
		close(fd);
		return 0;
	}
	connection->server = server;
	connection->uid = peer.uid;
	r = connection_start(connection, fd);
	if (r < 0) {
		log_line(LOG_WARNING, "a connection of uid %u cannot be served: %s", (unsigned)peer.uid,
			 strerror(-r));
		connection_free(connection);
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
