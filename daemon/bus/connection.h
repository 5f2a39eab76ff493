/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CONNECTION_H
#define KIPC_DAEMON_BUS_CONNECTION_H

/* One client of the control socket, from accept() on. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "common/service/peer.h"
#include "common/service/relay.h"
#include "common/service/sasl.h"

struct manager;
struct bus_server;

enum connection_wait {
	WAIT_FOR_NOTHING,
	WAIT_FOR_NAME,	  /* it has to authenticate */
	WAIT_FOR_MESSAGE, /* … to send the rest of its message */
	WAIT_FOR_READER,  /* … to read what it is sent */
};

struct connection {
	struct connection *next;
	struct bus_server *server;
	struct manager *manager;
	struct peer peer;
	struct sasl sasl;
	struct relay relay;
	sd_bus *bus; /* NULL until it has authenticated */
	bool is_subscribed;
	bool is_over;
	uint64_t refused_size; /* of the call that is too long, while its refusal is on its way */

	enum connection_wait waits_for;
	sd_event_source *client, *inner;
	sd_event_source *deadline;
	sd_event_source *more;	   /* a whole message is there: in turn with all others */
	sd_event_source *farewell; /* outside of sd-bus's own callbacks */
};

/* Takes over `fd`, on success and on failure, and the peer on success only. */
int connection_new(struct manager *manager, struct bus_server *server, int fd, struct peer *peer,
		   struct connection **ret_connection);
struct connection *connection_free(struct connection *connection);

/* Ends it as soon as the event loop is back in our hands: bus_server_end() is called. */
void connection_drop(struct connection *connection);

#endif
