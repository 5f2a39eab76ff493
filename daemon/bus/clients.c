/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A list of at most 65: the bounds are those of control-socket.c. */

#include "daemon/bus/clients.h"

#include <assert.h>

void clients_add(struct clients *clients, struct client *client)
{
	assert(client->tell != NULL);
	client->next = clients->first;
	clients->first = client;
}

void clients_remove(struct clients *clients, struct client *client)
{
	for (struct client **p = &clients->first; *p != NULL; p = &(*p)->next)
		if (*p == client) {
			*p = client->next;
			return;
		}
}

struct client *clients_find(const struct clients *clients, const sd_bus *bus)
{
	for (struct client *client = clients->first; client != NULL; client = client->next)
		if (client->bus == bus)
			return client;
	return NULL;
}

void clients_tell(const struct clients *clients, clients_send *send, const void *news)
{
	for (struct client *client = clients->first; client != NULL; client = client->next)
		if (client->is_subscribed)
			client->tell(client, send, news);
}

unsigned clients_count_peers(const struct clients *clients)
{
	unsigned n = 0;

	for (const struct client *client = clients->first; client != NULL; client = client->next)
		n += client->peer != NULL;
	return n;
}
