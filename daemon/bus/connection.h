/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CONNECTION_H
#define KIPC_DAEMON_BUS_CONNECTION_H

/* One client of the control socket, from accept(2) on. */

#include <systemd/sd-event.h>

#include "common/service/relay.h"
#include "common/service/sasl.h"
#include "daemon/bus/control.h"

enum connection_wait {
	WAIT_FOR_NOTHING,
	WAIT_FOR_NAME,	  /* it must authenticate */
	WAIT_FOR_MESSAGE, /* … send the rest of its message */
	WAIT_FOR_READER,  /* … read what it was sent */
};

struct connection {
	struct connection *next; /* in the list of control-socket.c */
	struct control *control;
	struct client client; /* its bus is kipcd's own end of the relay */
	struct peer peer;
	struct sasl sasl;
	struct relay relay;
	bool is_over;
	uint64_t refused_size; /* of a call that is too long, until it is refused */

	enum connection_wait waits_for;
	sd_event_source *outer, *inner; /* the two sockets of the relay */
	sd_event_source *deadline;
	sd_event_source *more;	   /* a whole message has come: handled in turn with all others */
	sd_event_source *farewell; /* ends the connection outside of sd-bus's callbacks */
	void (*on_end)(struct connection *connection, void *userdata);
	void *userdata;
};

/*
 * Takes over `fd`, on success and on failure, and the peer on success only. When the client is gone or dropped, the event
 * loop calls `on_end`, which frees the connection.
 */
int connection_new(struct control *control, int fd, struct peer *peer,
		   void (*on_end)(struct connection *connection, void *userdata), void *userdata,
		   struct connection **ret_connection);
struct connection *connection_free(struct connection *connection);

#endif
