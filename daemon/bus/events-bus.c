/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What happened, for everyone: the events that are remembered, and each new one as a signal. */

#include "daemon/bus/events-bus.h"

#include <string.h>

#include "common/bus-names.h"
#include "common/service/page.h"
#include "daemon/bus/control.h"
#include "daemon/bus/reply.h"

static int append_event(sd_bus_message *message, const struct event *event)
{
	return sd_bus_message_append(
		message, BUS_EVENT, event->number, event->usec, event_rows[event->word].word, event->name,
		event->kind != 0 ? kipc_kind_to_string(event->kind) : "", (int)event->key, event->detail);
}

int events_bus_send(sd_bus *bus, const void *event)
{
	CLEANUP_MESSAGE sd_bus_message *message = NULL;
	int r;

	r = sd_bus_message_new_signal(bus, &message, BUS_PATH, BUS_MANAGER, "Event");
	if (r >= 0)
		r = append_event(message, event);
	return r < 0 ? r : sd_bus_send(bus, message, NULL);
}

int events_bus_events(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	const struct event *event;
	sd_bus_message *reply = NULL;
	struct page page;
	uint64_t after;
	uint32_t limit;
	int r;

	r = sd_bus_message_read(message, BUS_EVENTS_TAKES, &after, &limit);
	if (r < 0)
		return r;
	r = reply_open(message, BUS_EVENT, &reply);
	page = page_new(limit);
	while (r >= 0 && (event = events_next(&control->manager->events, after)) != NULL &&
	       page_take(&page, strlen(event->name) + strlen(event->detail))) {
		r = append_event(reply, event);
		after = event->number;
	}
	return reply_close(reply, r);
}

int events_bus_subscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	struct client *client = clients_find(&control->clients, sd_bus_message_get_bus(message));

	if (client != NULL)
		client->is_subscribed = true;
	return sd_bus_reply_method_return(message, "");
}
