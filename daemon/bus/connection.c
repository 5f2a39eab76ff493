/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A client is served in three steps. It authenticates (sasl.c). Its messages are collected and checked for their length
 * (relay.c). Only then an sd_bus of its own gets them, through a pair of sockets, one at a time and in turn with all other
 * clients. The next message waits until the client has read the answer to the last one. So whatever a client sends or does
 * not read, it costs kipcd one message and one answer.
 *
 * The peer that the sd_bus sees is kipcd itself. connection->peer decides what the client may do (callers.c).
 */

#include "daemon/bus/connection.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "common/service/log.h"
#include "daemon/bus/bus-driver.h"
#include "daemon/bus/bus-objects.h"

#define ROUNDS_MAX 64	    /* of moving bytes, before other clients have their turn */
#define START_ROUNDS_MAX 16 /* of sd_bus_process(), in which the sd_bus must be ready */
#define COMPLAINTS_USEC (10 * USEC_PER_SEC)
#define SIGNALS_WAITING_MAX 64 /* that a subscriber has not read */

static const uint64_t patience[] = {
	[WAIT_FOR_NAME] = 2 * USEC_PER_SEC,
	[WAIT_FOR_MESSAGE] = 5 * USEC_PER_SEC,
	[WAIT_FOR_READER] = 10 * USEC_PER_SEC,
};

static const char *const complaints[] = {
	[WAIT_FOR_NAME] = "does not authenticate",
	[WAIT_FOR_MESSAGE] = "does not finish its message",
	[WAIT_FOR_READER] = "does not read its replies",
};

/* -- the end -------------------------------------------------------------------------------------------------- */

struct connection *connection_free(struct connection *connection)
{
	if (connection == NULL)
		return NULL;
	sd_event_source_disable_unref(connection->outer);
	sd_event_source_disable_unref(connection->inner);
	sd_event_source_disable_unref(connection->deadline);
	sd_event_source_disable_unref(connection->more);
	sd_event_source_disable_unref(connection->farewell);
	if (connection->client.bus != NULL)
		plan_pages_forget(&connection->control->plan_pages, connection->client.bus);
	clients_remove(&connection->control->clients, &connection->client);
	sd_bus_close_unref(connection->client.bus);
	relay_done(&connection->relay);
	peer_done(&connection->peer);
	free(connection);
	return NULL;
}

static int on_farewell(sd_event_source *source, void *userdata)
{
	struct connection *connection = userdata;

	connection->on_end(connection, connection->userdata);
	return 0;
}

static void drop(struct connection *connection)
{
	connection->is_over = true;
	(void)sd_event_source_set_enabled(connection->farewell, SD_EVENT_ONESHOT);
}

/* Only one line in ten seconds: clients must not be able to fill the journal. */
static void complain(struct connection *connection)
{
	static uint64_t next[sizeof complaints / sizeof *complaints];
	enum connection_wait what = connection->waits_for;
	uint64_t now;

	if (sd_event_now(connection->control->manager->event, CLOCK_MONOTONIC, &now) < 0 || now < next[what])
		return;
	next[what] = now + COMPLAINTS_USEC;
	log_line(LOG_NOTICE, "a client of uid %u %s: disconnected", (unsigned)connection->peer.uid,
		 complaints[what]);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct connection *connection = userdata;

	if (connection->waits_for != WAIT_FOR_NOTHING) {
		complain(connection);
		drop(connection);
	}
	return 0;
}

/* A subscriber that does not read is disconnected. */
static void tell(struct client *client, clients_send *send, const void *news)
{
	struct connection *connection =
		(struct connection *)((char *)client - offsetof(struct connection, client));
	uint64_t n_waiting = 0;

	assert(client->bus != NULL); /* only its calls subscribe it */
	if (sd_bus_get_n_queued_write(client->bus, &n_waiting) < 0 || n_waiting > SIGNALS_WAITING_MAX ||
	    send(client->bus, news) < 0)
		drop(connection);
}

/* -- the sd_bus ------------------------------------------------------------------------------------------------- */

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	drop(userdata);
	return 0;
}

static int refuse_long_call(struct connection *connection, sd_bus_message *message)
{
	int r = sd_bus_reply_method_errorf(message, BUS_ERROR_LIMIT,
					   "a call of %llu bytes is too long: kipcd accepts %zu",
					   (unsigned long long)connection->refused_size, RELAY_MESSAGE_MAX);

	connection->refused_size = 0;
	return r < 0 ? r : 1;
}

/* Sees every message first, including those that libsystemd answers by itself. */
static int on_any_message(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct connection *connection = userdata;
	struct control *control = connection->control;
	bool may_change;
	uid_t uid;
	int r;

	if (connection->refused_size > 0)
		return refuse_long_call(connection, message);
	r = callers_judge(&control->callers, message, &uid, &may_change);
	return r < 0 ? r : budget_charge(&control->budget, uid, may_change, message);
}

static int set_up_bus(struct connection *connection, int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id;
	int r;

	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0) {
		close(fd);
		sd_bus_unref(bus);
		return r;
	}
	/* The bus closes the descriptor from here on. */
	connection->client.bus = bus;
	r = sd_id128_from_string(connection->sasl.id, &id);
	if (r >= 0)
		r = sd_bus_set_server(bus, 1, id);
	if (r >= 0)
		r = sd_bus_negotiate_fds(bus, 0);
	if (r >= 0)
		r = sd_bus_set_sender(bus, BUS_DRIVER_OUR_ADDRESS);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = sd_bus_add_match(bus, NULL, CLIENTS_LOCAL_SIGNAL("Disconnected"), on_disconnected,
				     connection);
	if (r >= 0)
		r = sd_bus_add_filter(bus, NULL, on_any_message, connection);
	if (r >= 0)
		r = bus_driver_add(&connection->client);
	return r < 0 ? r : bus_objects_add(connection->control, bus);
}

/* kipcd authenticates to the sd_bus in its own name, and drops the answer. */
static int shake_hands(struct connection *connection)
{
	char answer[SASL_ANSWER_SIZE];
	ssize_t n;
	int r = 0;

	for (int i = 0; r >= 0 && i < START_ROUNDS_MAX && sd_bus_is_ready(connection->client.bus) == 0; i++)
		r = sd_bus_process(connection->client.bus, NULL);
	if (r >= 0)
		r = sd_bus_is_ready(connection->client.bus);
	if (r <= 0)
		return r < 0 ? r : -EPROTO;
	n = recv(connection->relay.inner_fd, answer, sizeof answer, MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	return n >= 5 && memcmp(answer, "OK ", 3) == 0 && memchr(answer, '\n', (size_t)n) == answer + n - 1
		       ? 0
		       : -EPROTO;
}

static int send_greeting(int fd)
{
	char uid[16], text[64];
	int n = snprintf(text, sizeof text, "%cAUTH EXTERNAL ", '\0');

	snprintf(uid, sizeof uid, "%u", (unsigned)geteuid());
	for (const char *c = uid; *c != '\0'; c++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%02x", (unsigned char)*c);
	n += snprintf(text + n, sizeof text - (size_t)n, "\r\nBEGIN\r\n");
	return send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) == n ? 0 : -EPROTO;
}

/* Root and kipcd's own work wait for at most one call of another user. */
static int set_priority(const struct connection *connection, sd_event_source *source)
{
	bool is_stranger = connection->peer.uid != 0 && connection->peer.uid != geteuid();

	return sd_event_source_set_priority(source,
					    is_stranger ? SD_EVENT_PRIORITY_IDLE : SD_EVENT_PRIORITY_NORMAL);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata);

/* The client has authenticated, and gets an sd_bus. */
static int begin(struct connection *connection)
{
	int fds[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	connection->relay.inner_fd = fds[0];
	r = send_greeting(fds[0]);
	if (r < 0) {
		close(fds[1]);
		return r;
	}
	r = set_up_bus(connection, fds[1]);
	if (r >= 0)
		r = shake_hands(connection);
	if (r >= 0)
		r = sd_event_add_io(connection->control->manager->event, &connection->inner, fds[0], EPOLLIN,
				    on_io, connection);
	return r < 0 ? r : set_priority(connection, connection->inner);
}

/* -- moving bytes ------------------------------------------------------------------------------------------------- */

static int authenticate(struct connection *connection)
{
	struct relay *relay = &connection->relay;
	char answer[SASL_ANSWER_SIZE];
	int n;

	while ((n = sasl_take(&connection->sasl, (const char *)relay->in, relay->n_in, answer)) > 0) {
		size_t length = strlen(answer);

		relay_drop(relay, (size_t)n);
		if (length > 0 &&
		    send(relay->client_fd, answer, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length)
			return -EPROTO;
	}
	return n < 0 ? n : connection->sasl.state == SASL_BEGUN ? begin(connection) : 0;
}

/* Until the sd_bus has nothing to do or to send, or the client accepts no more. */
static int settle(struct connection *connection)
{
	int moved = 1, r = 0;

	for (int i = 0; i < ROUNDS_MAX && (moved > 0 || r > 0); i++) {
		r = sd_bus_process(connection->client.bus, NULL);
		if (r < 0)
			return r;
		moved = relay_pump(&connection->relay);
		if (moved < 0)
			return moved;
		if (connection->is_over)
			return -ECONNRESET;
	}
	return 0;
}

/* A message may be larger than the buffer of the sockets: the sd_bus reads it as it comes. */
static int hand_on(struct connection *connection, const uint8_t *bytes, size_t n)
{
	bool is_stuck = false;

	while (n > 0) {
		ssize_t taken = send(connection->relay.inner_fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		int r;

		if (taken < 0 && errno != EAGAIN)
			return -errno;
		if (taken < 0 && is_stuck)
			return -ENOBUFS;
		is_stuck = taken < 0;
		bytes += taken < 0 ? 0 : taken;
		n -= taken < 0 ? 0 : (size_t)taken;
		r = settle(connection);
		if (r < 0)
			return r;
	}
	return 0;
}

static int hand_on_next(struct connection *connection)
{
	struct relay *relay = &connection->relay;
	uint8_t refusal[FRAME_REFUSAL_SIZE];
	struct frame frame;
	int r = relay_look(relay, &frame);

	if (r == RELAY_WHOLE) {
		r = hand_on(connection, relay->in, (size_t)frame.size);
		relay_drop(relay, (size_t)frame.size);
	} else if (r == RELAY_TOO_LONG) {
		relay_skip(relay, &frame);
		if (!frame.is_call)
			return 0;
		connection->refused_size = frame.size;
		frame_make_refusal(&frame, refusal);
		r = hand_on(connection, refusal, sizeof refusal);
	}
	return r < 0 ? r : 0;
}

/* -- in turn with all others ----------------------------------------------------------------------------------------- */

static int wait_for(struct connection *connection, enum connection_wait what)
{
	int r;

	if (connection->waits_for == what)
		return 0;
	connection->waits_for = what;
	if (what == WAIT_FOR_NOTHING)
		return sd_event_source_set_enabled(connection->deadline, SD_EVENT_OFF);
	r = sd_event_source_set_time_relative(connection->deadline, patience[what]);
	return r < 0 ? r : sd_event_source_set_enabled(connection->deadline, SD_EVENT_ONESHOT);
}

/* What the client must do next, and until when. */
static int await(struct connection *connection)
{
	struct relay *relay = &connection->relay;
	bool is_blocked = relay_is_blocked(relay), is_in_message = relay_is_in_message(relay);
	bool has_message = connection->client.bus != NULL && relay->n_in > 0 && !is_in_message;
	bool listens = !is_blocked && !has_message && !relay->has_ended;
	int r;

	if (relay->has_ended && !is_blocked && !has_message)
		return -ECONNRESET;
	r = sd_event_source_set_io_events(connection->outer,
					  (listens ? EPOLLIN : 0) | (is_blocked ? EPOLLOUT : 0));
	if (r >= 0 && connection->inner != NULL)
		r = sd_event_source_set_io_events(connection->inner, is_blocked ? 0 : EPOLLIN);
	if (r >= 0 && has_message && !is_blocked)
		r = sd_event_source_set_enabled(connection->more, SD_EVENT_ONESHOT);
	if (r < 0)
		return r;
	return wait_for(connection, connection->client.bus == NULL ? WAIT_FOR_NAME
				    : is_blocked		   ? WAIT_FOR_READER
				    : is_in_message		   ? WAIT_FOR_MESSAGE
								   : WAIT_FOR_NOTHING);
}

/* The answer to the last message is sent before the next one is read. */
static int advance(struct connection *connection)
{
	int r = 0;

	if (connection->client.bus == NULL)
		r = authenticate(connection);
	else
		r = settle(connection);
	if (r >= 0 && connection->client.bus != NULL && !relay_is_blocked(&connection->relay))
		r = hand_on_next(connection);
	return r < 0 ? r : await(connection);
}

static void go_on(struct connection *connection)
{
	if (!connection->is_over && advance(connection) < 0)
		drop(connection);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct connection *connection = userdata;
	bool is_client = fd == connection->relay.client_fd;
	int r = 0;

	if (connection->is_over)
		return 0;
	if (is_client && (events & EPOLLIN))
		r = relay_read(&connection->relay);
	if (r < 0)
		drop(connection);
	else
		go_on(connection);
	return 0;
}

static int on_more(sd_event_source *source, void *userdata)
{
	go_on(userdata);
	return 0;
}

/* -- the beginning ---------------------------------------------------------------------------------------------------- */

static int add_sources(struct connection *connection)
{
	sd_event *event = connection->control->manager->event;
	int r;

	r = sd_event_add_io(event, &connection->outer, connection->relay.client_fd, EPOLLIN, on_io,
			    connection);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &connection->deadline, CLOCK_MONOTONIC,
					       patience[WAIT_FOR_NAME], 0, on_deadline, connection);
	if (r >= 0)
		r = sd_event_add_defer(event, &connection->more, on_more, connection);
	if (r >= 0)
		r = sd_event_source_set_enabled(connection->more, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_defer(event, &connection->farewell, on_farewell, connection);
	if (r >= 0)
		r = sd_event_source_set_enabled(connection->farewell, SD_EVENT_OFF);
	if (r >= 0)
		r = set_priority(connection, connection->outer);
	return r < 0 ? r : set_priority(connection, connection->more);
}

int connection_new(struct control *control, int fd, struct peer *peer,
		   void (*on_end)(struct connection *connection, void *userdata), void *userdata,
		   struct connection **ret_connection)
{
	struct connection *connection = calloc(1, sizeof *connection);
	sd_id128_t id;
	int r;

	if (connection == NULL) {
		close(fd);
		return -ENOMEM;
	}
	connection->control = control;
	connection->on_end = on_end;
	connection->userdata = userdata;
	connection->client.peer = &connection->peer;
	connection->client.tell = tell;
	clients_add(&control->clients, &connection->client);
	connection->relay = (struct relay){ .client_fd = fd, .inner_fd = -1 };
	connection->waits_for = WAIT_FOR_NAME;
	connection->sasl.uid = peer->uid;
	connection->peer = *peer;
	r = sd_id128_randomize(&id);
	if (r >= 0)
		r = add_sources(connection);
	if (r < 0) {
		connection->peer = (struct peer){ 0 };
		connection_free(connection);
		return r;
	}
	*peer = (struct peer){ 0 };
	sd_id128_to_string(id, connection->sasl.id);
	*ret_connection = connection;
	return 0;
}
