/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Accepts connections and counts them; connection.c serves each. When kipcd is out of descriptors, accept(2) would fail at once
 * again and again, so the listener pauses.
 */

#include "daemon/bus/control-socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/service/log.h"
#include "daemon/bus/connection.h"

#define CONNECTIONS_MAX 64
#define CONNECTIONS_FOR_ROOT 8 /* of them, kept for root and our own uid */
#define CONNECTIONS_PER_UID 8
#define PAUSE_USEC USEC_PER_SEC /* out of descriptors */

struct control_socket {
	struct control *control;
	int fd;
	sd_event_source *listener;
	sd_event_source *pause_timer;
	struct connection *connections;
	unsigned n_connections;
};

static void on_end(struct connection *connection, void *userdata)
{
	struct control_socket *socket = userdata;

	for (struct connection **p = &socket->connections; *p != NULL; p = &(*p)->next)
		if (*p == connection) {
			*p = connection->next;
			socket->n_connections--;
			break;
		}
	connection_free(connection);
	(void)sd_event_source_set_enabled(socket->listener, SD_EVENT_ON);
}

static bool is_welcome(const struct control_socket *socket, uid_t uid)
{
	bool is_root = uid == 0 || uid == geteuid();
	unsigned n_of_uid = 0;

	for (const struct connection *c = socket->connections; c != NULL; c = c->next)
		n_of_uid += c->peer.uid == uid;
	if (socket->n_connections >= CONNECTIONS_MAX - (is_root ? 0 : CONNECTIONS_FOR_ROOT))
		return false;
	return is_root || n_of_uid < CONNECTIONS_PER_UID;
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct control_socket *socket = userdata;

	return sd_event_source_set_enabled(socket->listener, SD_EVENT_ON);
}

static void pause_listener(struct control_socket *socket)
{
	(void)sd_event_source_set_enabled(socket->listener, SD_EVENT_OFF);
	socket->pause_timer = sd_event_source_disable_unref(socket->pause_timer);
	(void)sd_event_add_time_relative(socket->control->manager->event, &socket->pause_timer,
					 CLOCK_MONOTONIC, PAUSE_USEC, 0, on_pause_over, socket);
}

static int on_connection(sd_event_source *source, int listen_fd, uint32_t events, void *userdata)
{
	struct control_socket *socket = userdata;
	struct connection *connection;
	struct peer peer;
	int fd, r;

	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			pause_listener(socket);
		return 0;
	}
	r = peer_read(fd, &peer);
	if (r < 0 || !is_welcome(socket, peer.uid)) {
		close(fd);
		if (r >= 0)
			peer_done(&peer);
		return 0;
	}
	r = connection_new(socket->control, fd, &peer, on_end, socket, &connection);
	if (r < 0) {
		log_line(LOG_WARNING, "a connection of uid %u cannot be served: %s", (unsigned)peer.uid,
			 strerror(-r));
		peer_done(&peer);
		return 0;
	}
	connection->next = socket->connections;
	socket->connections = connection;
	if (++socket->n_connections == CONNECTIONS_MAX)
		(void)sd_event_source_set_enabled(socket->listener, SD_EVENT_OFF);
	return 0;
}

int control_socket_new(struct control *control, int fd, struct control_socket **ret_socket)
{
	struct control_socket *socket = calloc(1, sizeof *socket);
	int r;

	if (socket == NULL) {
		close(fd);
		return -ENOMEM;
	}
	socket->control = control;
	socket->fd = fd;
	r = sd_event_add_io(control->manager->event, &socket->listener, fd, EPOLLIN, on_connection, socket);
	if (r < 0) {
		control_socket_free(socket);
		return r;
	}
	*ret_socket = socket;
	return 0;
}

int control_socket_listen(struct control_socket *socket, int fd)
{
	sd_event_source *listener = NULL;
	int r;

	r = sd_event_add_io(socket->control->manager->event, &listener, fd, EPOLLIN, on_connection, socket);
	if (r < 0) {
		close(fd);
		return r;
	}
	sd_event_source_disable_unref(socket->listener);
	close(socket->fd);
	socket->listener = listener;
	socket->fd = fd;
	return 0;
}

struct control_socket *control_socket_free(struct control_socket *socket)
{
	struct connection *next;

	if (socket == NULL)
		return NULL;
	for (struct connection *c = socket->connections; c != NULL; c = next) {
		next = c->next;
		connection_free(c);
	}
	sd_event_source_disable_unref(socket->pause_timer);
	sd_event_source_disable_unref(socket->listener);
	close(socket->fd);
	free(socket);
	return NULL;
}
