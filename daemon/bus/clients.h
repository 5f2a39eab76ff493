/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CLIENTS_H
#define KIPC_DAEMON_BUS_CLIENTS_H

/*
 * The connections over which kipcd is called: one for each client of the control socket, and the system bus. Both
 * are in this list, so that the code that sends signals need not distinguish them.
 */

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "common/service/peer.h"

/* Sends a signal about `news`; a negative errno if it cannot be sent. */
typedef int clients_send(sd_bus *bus, const void *news);

struct client {
	struct client *next;
	sd_bus *bus; /* NULL: it has not authenticated yet */
	const struct peer
		*peer;	    /* as the kernel describes it; NULL: a bus, which describes each caller itself */
	bool is_subscribed; /* it gets signals */
	/* Sends the signal, unless the client is too slow to read it. */
	void (*tell)(struct client *client, clients_send *send, const void *news);
};

struct clients {
	struct client *first;
};

void clients_add(struct clients *clients, struct client *client);
void clients_remove(struct clients *clients, struct client *client);

/* The client of that connection, or NULL. */
struct client *clients_find(const struct clients *clients, const sd_bus *bus);

/* Sends a signal to every subscriber. */
void clients_tell(const struct clients *clients, clients_send *send, const void *news);

/* How many have a peer. */
unsigned clients_count_peers(const struct clients *clients);

/* The signals by which libsystemd describes the connection itself. */
#define CLIENTS_LOCAL_SIGNAL(member)                                                                         \
	"type='signal',sender='org.freedesktop.DBus.Local',path='/org/freedesktop/DBus/Local',"              \
	"interface='org.freedesktop.DBus.Local',member='" member "'"

#endif
