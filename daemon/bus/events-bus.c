/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What those who watch ask org.kipc1.Manager for: what happened, what was, and how kipcd itself is. All of it is for
 * everyone. Translation only; in the vtable of manager-bus.c.
 */

#include "daemon/bus/events-bus.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"
#include "common/service/page.h"
#include "daemon/bus/bus.h"
#include "daemon/run/manager.h"
#include "daemon/run/sample.h"

#define WATCHED_USEC (30 * UINT64_C(1000000)) /* from the last History on */

static int open_reply(sd_bus_message *call, const char *contents, sd_bus_message **ret_reply)
{
	int r;

	r = sd_bus_message_new_method_return(call, ret_reply);
	return r < 0 ? r : sd_bus_message_open_container(*ret_reply, 'a', contents);
}

static int close_reply(sd_bus_message *reply, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

static int append_event(sd_bus_message *message, const struct event *event)
{
	return sd_bus_message_append(
		message, BUS_EVENT, event->number, event->usec, event_rows[event->word].word, event->name,
		event->kind != 0 ? kipc_kind_to_string(event->kind) : "", (int)event->key, event->detail);
}

int watch_bus_send_event(sd_bus *bus, const void *event)
{
	sd_bus_message *message = NULL;
	int r;

	r = sd_bus_message_new_signal(bus, &message, BUS_PATH, BUS_MANAGER, "Event");
	if (r >= 0)
		r = append_event(message, event);
	if (r >= 0)
		r = sd_bus_send(bus, message, NULL);
	sd_bus_message_unref(message);
	return r;
}

int watch_bus_events(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct manager *manager = userdata;
	const struct event *event;
	sd_bus_message *reply = NULL;
	struct page page;
	uint64_t after;
	uint32_t limit;
	int r;

	r = sd_bus_message_read(message, "tu", &after, &limit);
	if (r < 0)
		return r;
	r = open_reply(message, BUS_EVENT, &reply);
	page = page_new(limit);
	while (r >= 0 && (event = events_next(&manager->events, after)) != NULL &&
	       page_take(&page, strlen(event->name) + strlen(event->detail))) {
		r = append_event(reply, event);
		after = event->number;
	}
	return close_reply(reply, r);
}

int watch_bus_subscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct manager *manager = userdata;

	bus_server_subscribe(manager->bus, sd_bus_message_get_bus(message));
	return sd_bus_reply_method_return(message, "");
}

static int append_history(sd_bus_message *reply, const struct channel *channel)
{
	int r;

	r = sd_bus_message_open_container(reply, 'r', "sa(uu)");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", channel->name);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(uu)");
	for (size_t i = 0; r >= 0 && channel->history != NULL && i < channel->history->n; i++) {
		const struct history_sample *sample = history_get(channel->history, i);

		r = sd_bus_message_append(reply, "(uu)", sample->depth, sample->passed);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

int watch_bus_history(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct manager *manager = userdata;
	sd_bus_message *reply = NULL;
	char **names = NULL;
	uint64_t now;
	size_t n = 0;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = sd_event_now(manager->event, CLOCK_MONOTONIC, &now);
	if (r >= 0) {
		manager->watched_until = now + WATCHED_USEC;
		r = sd_bus_message_new_method_return(message, &reply);
	}
	if (r >= 0)
		r = sd_bus_message_append(reply, "t", manager->config->sample_interval);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sa(uu))");
	for (char **name = names; r >= 0 && name != NULL && *name != NULL && n < BUS_HISTORY_NAMES;
	     name++, n++) {
		const struct channel *channel = manager_find(manager, *name);

		if (channel != NULL)
			r = append_history(reply, channel);
	}
	for (char **name = names; name != NULL && *name != NULL; name++)
		free(*name);
	free(names);
	return close_reply(reply, r);
}

int watch_bus_heads(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct manager *manager = userdata;
	sd_bus_message *reply = NULL;
	char **names = NULL;
	size_t n = 0;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = open_reply(message, "(st)", &reply);
	for (char **name = names; r >= 0 && name != NULL && *name != NULL && n < BUS_HISTORY_NAMES;
	     name++, n++) {
		struct channel *channel = manager_find(manager, *name);
		struct kipc_object object;

		/* As of now: somebody may have received since the last sample. */
		if (channel == NULL || channel->kind != KIPC_QUEUE || channel_look(channel, &object) <= 0)
			continue;
		sample_note_head(channel, &object);
		if (channel->head.since != 0)
			r = sd_bus_message_append(reply, "(st)", channel->name, channel->head.since);
	}
	for (char **name = names; name != NULL && *name != NULL; name++)
		free(*name);
	free(names);
	return close_reply(reply, r);
}

static uint64_t count_history_bytes(const struct manager *manager)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < manager->n_channels; i++)
		if (manager->channels[i].history != NULL)
			bytes += sizeof(struct history) +
				 manager->channels[i].history->room * sizeof(struct history_sample);
	return bytes;
}

int watch_bus_statistics(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct manager *manager = userdata;
	const struct statistics *statistics = &manager->statistics;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "started_usec", statistics->started_usec },
		{ "reloads", statistics->reloads },
		{ "reloads_failed", statistics->reloads_failed },
		{ "healings", statistics->healings },
		{ "losses", statistics->losses },
		{ "conflicts", statistics->conflicts },
		{ "events", manager->events.n_ever },
		{ "samples", statistics->samples },
		{ "sample_usec_last", statistics->sample_usec_last },
		{ "sample_usec_max", statistics->sample_usec_max },
		{ "watched", manager->is_watched },
		{ "history_bytes", count_history_bytes(manager) },
		{ "clients", bus_server_n_connections(manager->bus) },
	};
	sd_bus_message *reply = NULL;
	int r;

	r = open_reply(message, "{st}", &reply);
	for (size_t i = 0; r >= 0 && i < sizeof rows / sizeof *rows; i++)
		r = sd_bus_message_append(reply, "{st}", rows[i].name, rows[i].value);
	return close_reply(reply, r);
}
