/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Figures that only a process that samples can know, for everyone: of channels, and of kipcd itself. */

#include "daemon/bus/figures-bus.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "daemon/bus/control.h"
#include "daemon/bus/reply.h"
#include "daemon/run/sample.h"

#define KEPT_USEC (30 * USEC_PER_SEC) /* after the last History */

static int append_history(sd_bus_message *reply, const struct channel *channel)
{
	int r;

	r = sd_bus_message_open_container(reply, 'r', "sa" BUS_SAMPLE);
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", channel->name);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', BUS_SAMPLE);
	for (size_t i = 0; r >= 0 && channel->history != NULL && i < channel->history->n; i++) {
		const struct history_sample *sample = history_get(channel->history, i);

		r = sd_bus_message_append(reply, BUS_SAMPLE, sample->depth, sample->passed);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

int figures_bus_history(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	struct manager *manager = control->manager;
	CLEANUP_STRINGS char **names = NULL;
	sd_bus_message *reply = NULL;
	uint64_t now;
	size_t n = 0;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = sd_event_now(manager->event, CLOCK_MONOTONIC, &now);
	if (r >= 0) {
		manager->sample.histories_until = now + KEPT_USEC;
		r = sd_bus_message_new_method_return(message, &reply);
	}
	if (r >= 0)
		r = sd_bus_message_append(reply, "t", manager->config->sample_interval);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', BUS_HISTORY);
	for (char **name = names; r >= 0 && name != NULL && *name != NULL && n < BUS_HISTORY_NAMES;
	     name++, n++) {
		const struct channel *channel = manager_find(manager, *name);

		if (channel != NULL)
			r = append_history(reply, channel);
	}
	return reply_close(reply, r);
}

int figures_bus_heads(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	struct manager *manager = control->manager;
	CLEANUP_STRINGS char **names = NULL;
	sd_bus_message *reply = NULL;
	size_t n = 0;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = reply_open(message, BUS_HEAD, &reply);
	for (char **name = names; r >= 0 && name != NULL && *name != NULL && n < BUS_HISTORY_NAMES;
	     name++, n++) {
		struct channel *channel = manager_find(manager, *name);
		struct kipc_object object;

		/* As of now: there may have been a receive since the last sample. */
		if (channel == NULL || channel->kind != KIPC_QUEUE || channel_look(channel, &object) <= 0)
			continue;
		sample_note_head(channel, &object);
		if (channel->head.since != 0)
			r = sd_bus_message_append(reply, BUS_HEAD, channel->name, channel->head.since);
	}
	return reply_close(reply, r);
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

int figures_bus_statistics(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	const struct manager *manager = control->manager;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "started_usec", manager->statistics.started_usec },
		{ "reloads", manager->statistics.reloads },
		{ "reloads_failed", manager->statistics.reloads_failed },
		{ "healings", manager->statistics.healings },
		{ "losses", manager->statistics.losses },
		{ "conflicts", manager->statistics.conflicts },
		{ "events", manager->events.n_ever },
		{ "samples", manager->statistics.samples },
		{ "sample_usec_last", manager->statistics.sample_usec_last },
		{ "sample_usec_max", manager->statistics.sample_usec_max },
		{ "watched", manager->sample.keeps_histories },
		{ "history_bytes", count_history_bytes(manager) },
		{ "clients", clients_count_peers(&control->clients) },
	};
	sd_bus_message *reply = NULL;
	int r;

	r = reply_open(message, BUS_STATISTIC, &reply);
	for (size_t i = 0; r >= 0 && i < sizeof rows / sizeof *rows; i++)
		r = sd_bus_message_append(reply, BUS_STATISTIC, rows[i].name, rows[i].value);
	return reply_close(reply, r);
}
