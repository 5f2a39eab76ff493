/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The second way in. kipcd works without it: if the bus does not run, ends, refuses the name or does not read, that costs a
 * line in the journal and nothing else. kipcd waits by inotify for a bus that does not run yet (sd_bus_set_watch_bind(3)),
 * and connects again a second after one has ended.
 */

#include "daemon/bus/system-bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "common/service/log.h"
#include "daemon/bus/bus-objects.h"
#include "daemon/bus/name-claim.h"

#define DEFAULT_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define AGAIN_USEC USEC_PER_SEC
#define STUCK_USEC (30 * USEC_PER_SEC) /* each time, kipcd has waited two seconds for an answer */
#define SIGNALS_WAITING_MAX 4096       /* a reload of 10,000 channels signals them all at once */
#define REPLIES_WAITING_MAX 64	       /* if more wait, calls are refused, with short replies */

struct system_bus {
	struct client client;
	struct control *control;
	sd_event_source *again;
	struct name_claim name;
	bool is_behind; /* it gets no signals until it has read those that wait */
};

static int on_again(sd_event_source *source, uint64_t usec, void *userdata);

/* Connects again after `delay` microseconds, outside of sd-bus's callbacks. */
static void try_again(struct system_bus *system_bus, uint64_t delay)
{
	system_bus->again = sd_event_source_disable_unref(system_bus->again);
	if (sd_event_add_time_relative(system_bus->control->manager->event, &system_bus->again,
				       CLOCK_MONOTONIC, delay, 0, on_again, system_bus) < 0)
		log_line(LOG_WARNING, "system bus: out of memory: kipcd does not connect again");
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct system_bus *system_bus = userdata;

	if (system_bus->name.is_held)
		log_line(LOG_NOTICE, "kipcd lost its connection to the system bus, which kipcctl does not "
				     "need; it takes the name " BUS_NAME " again when the bus is back");
	name_claim_drop(&system_bus->name);
	try_again(system_bus, AGAIN_USEC);
	return 0;
}

/*
 * A bus stores the replies that a client does not read. When it has stored too many of kipcd's, it stops reading from
 * kipcd, both replies and questions about callers. A new connection starts without them.
 */
static int leave_stuck(struct system_bus *system_bus)
{
	log_line(LOG_WARNING, "the system bus does not respond: kipcd disconnects from it for 30 s; kipcctl "
			      "does not need it");
	sd_bus_close(system_bus->client.bus);
	name_claim_drop(&system_bus->name);
	try_again(system_bus, STUCK_USEC);
	return 1;
}

/* No other handler gets the call, even if it wants no reply (for which libsystemd returns 0). */
static int refuse(sd_bus_message *call, const char *error, const char *text)
{
	int r = sd_bus_reply_method_errorf(call, error, "%s", text);

	return r < 0 ? r : 1;
}

/* Sees every message first. */
static int on_any_message(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct system_bus *system_bus = userdata;
	uint64_t n_waiting = 0;
	bool may_change;
	uid_t uid;
	int r;

	if (sd_bus_message_is_method_call(message, NULL, NULL) <= 0)
		return 0;
	if (sd_bus_get_n_queued_write(system_bus->client.bus, &n_waiting) < 0 ||
	    n_waiting > 2 * SIGNALS_WAITING_MAX)
		return leave_stuck(system_bus);
	if (n_waiting > REPLIES_WAITING_MAX)
		return refuse(message, BUS_ERROR_LIMIT, "the bus reads replies too slowly: try again");
	r = callers_judge(&system_bus->control->callers, message, &uid, &may_change);
	if (r == -ETIMEDOUT)
		return leave_stuck(system_bus);
	if (r < 0)
		return refuse(message, BUS_ERROR_NOT_ALLOWED, "the bus does not identify the calling user");
	return budget_charge(&system_bus->control->budget, uid, may_change, message);
}

static int start(struct system_bus *system_bus)
{
	const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	sd_bus *bus = NULL;
	int r;

	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_address(bus, address != NULL ? address : DEFAULT_ADDRESS);
	if (r >= 0)
		r = sd_bus_set_bus_client(bus, 1);
	if (r >= 0)
		r = sd_bus_negotiate_fds(bus, 0);
	if (r >= 0)
		r = sd_bus_set_watch_bind(bus, 1);
	if (r >= 0)
		r = sd_bus_set_exit_on_disconnect(bus, 0);
	if (r >= 0)
		r = sd_bus_set_close_on_exit(bus, 0); /* closing would wait until the bus reads */
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, system_bus->control->manager->event, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = sd_bus_add_match(bus, NULL, CLIENTS_LOCAL_SIGNAL("Disconnected"), on_disconnected,
				     system_bus);
	if (r >= 0)
		r = sd_bus_add_filter(bus, NULL, on_any_message, system_bus);
	if (r >= 0)
		r = bus_objects_add(system_bus->control, bus);
	if (r >= 0)
		r = name_claim_start(&system_bus->name, system_bus->control->manager, bus);
	if (r < 0) {
		name_claim_drop(&system_bus->name);
		sd_bus_close_unref(bus);
		return r;
	}
	system_bus->client.bus = bus;
	return 0;
}

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct system_bus *system_bus = userdata;
	int r;

	plan_pages_forget(&system_bus->control->plan_pages, system_bus->client.bus);
	callers_forget(&system_bus->control->callers); /* another bus gives the same names to others */
	system_bus->client.bus = sd_bus_close_unref(system_bus->client.bus);
	r = start(system_bus);
	if (r < 0) {
		log_line(LOG_DEBUG, "system bus: %s", strerror(-r));
		try_again(system_bus, AGAIN_USEC);
	}
	return 0;
}

static void tell(struct client *client, clients_send *send, const void *news)
{
	struct system_bus *system_bus =
		(struct system_bus *)((char *)client - offsetof(struct system_bus, client));
	uint64_t n_waiting = 0;

	if (!system_bus->name.is_held || sd_bus_get_n_queued_write(client->bus, &n_waiting) < 0)
		return;
	if (n_waiting > SIGNALS_WAITING_MAX) {
		if (!system_bus->is_behind)
			log_line(LOG_NOTICE, "the system bus reads signals too slowly: some were dropped; "
					     "Manager.Events returns them");
		system_bus->is_behind = true;
		return;
	}
	system_bus->is_behind = false;
	(void)send(client->bus, news);
}

void system_bus_catch_up(struct system_bus *system_bus)
{
	sd_bus *bus = system_bus->client.bus;
	uint64_t until;

	if (bus != NULL && sd_bus_get_timeout(bus, &until) > 0 && until == 0)
		(void)sd_bus_process(bus, NULL);
}

int system_bus_new(struct control *control, struct system_bus **ret_system_bus)
{
	struct system_bus *system_bus = calloc(1, sizeof *system_bus);
	int r;

	if (system_bus == NULL)
		return -ENOMEM;
	system_bus->control = control;
	system_bus->client.is_subscribed = true;
	system_bus->client.tell = tell;
	clients_add(&control->clients, &system_bus->client);
	r = start(system_bus);
	if (r < 0) {
		log_line(LOG_WARNING, "the system bus cannot be used: %s; kipcctl does not need it",
			 strerror(-r));
		try_again(system_bus, AGAIN_USEC);
	}
	*ret_system_bus = system_bus;
	return 0;
}

struct system_bus *system_bus_free(struct system_bus *system_bus)
{
	if (system_bus == NULL)
		return NULL;
	clients_remove(&system_bus->control->clients, &system_bus->client);
	sd_event_source_disable_unref(system_bus->again);
	name_claim_drop(&system_bus->name);
	sd_bus_close_unref(system_bus->client.bus);
	free(system_bus);
	return NULL;
}
