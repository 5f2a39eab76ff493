/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Asks kipcd for histories, for top and show. */

#include "client/facts/past.h"

#include <stdlib.h>

static int read_one(sd_bus_message *reply, void (*take)(const char *, struct history *, void *),
		    void *userdata)
{
	struct history *history = NULL;
	struct history_sample sample;
	const char *name;
	int r;

	r = sd_bus_message_read(reply, "s", &name);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', BUS_SAMPLE);
	while (r >= 0 && (r = sd_bus_message_read(reply, BUS_SAMPLE, &sample.depth, &sample.passed)) > 0)
		history_add(&history, HISTORY_SAMPLES_MAX, &sample);
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	if (r >= 0 && history != NULL)
		take(name, history, userdata);
	else
		free(history);
	return r;
}

int past_read(sd_bus *bus, const char *const *names,
	      void (*take)(const char *name, struct history *history, void *userdata), void *userdata,
	      uint64_t *ret_interval)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	int r;

	r = bus_call_names(bus, "History", names, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "t", ret_interval);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', BUS_HISTORY);
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'r', "sa" BUS_SAMPLE)) > 0) {
		r = read_one(reply, take, userdata);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r < 0 ? r : 0;
}
