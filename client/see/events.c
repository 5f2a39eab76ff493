/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl events: the events that kipcd remembers and, with --follow, new ones. --follow subscribes before it reads the past events,
 * so none is missed; the ascending numbers of events show which come twice.
 */

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/facts/pages.h"
#include "client/table/color.h"
#include "common/clock.h"
#include "common/escape.h"
#include "common/event-words.h"
#include "common/utf8.h"

#define SILENCE_MSEC 10000 /* after which kipcd is pinged */
#define LAST_FEW 10	   /* that --follow begins with */

struct event {
	uint64_t number, usec;
	const char *event, *channel, *kind, *detail;
	int32_t key;
};

struct reading {
	const struct invocation *invocation;
	bool may_color;
	uint64_t last;	   /* the number of the last event that was seen */
	uint64_t since;	   /* microseconds since the epoch; 0: all */
	uint64_t n_wanted; /* of the remembered events */
	uint64_t skip;	   /* how many of the remembered events are not among the last --count */
	int error;	   /* of a signal's handler */
};

/* -- which -------------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct reading *reading, const struct event *event)
{
	const struct invocation *invocation = reading->invocation;

	if (event->usec < reading->since)
		return false;
	for (int i = 0; i < invocation->n_args; i++)
		if (strcmp(invocation->args[i], event->channel) == 0)
			return true;
	return invocation->n_args == 0;
}

/* -- printing ----------------------------------------------------------------------------------------------- */

static const char *color_of(const char *event)
{
	static const char *const colors[] = {
		[EVENT_SUSPECT] = COLOR_BEGIN_YELLOW, [EVENT_BAD] = COLOR_BEGIN_RED
	};

	for (size_t i = 0; i < N_EVENT_WORDS; i++)
		if (strcmp(event, event_rows[i].word) == 0)
			return colors[event_rows[i].weight];
	return NULL;
}

static void print_text(const struct reading *reading, const struct event *event)
{
	const char *color = reading->may_color ? color_of(event->event) : NULL;
	time_t seconds = (time_t)(event->usec / USEC_PER_SEC);
	char when[32] = "?";
	struct tm parts;

	if (localtime_r(&seconds, &parts) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &parts);
	printf("%s.%03u %s%-13s%s ", when, (unsigned)(event->usec % USEC_PER_SEC / 1000),
	       color != NULL ? color : "", event->event, color != NULL ? COLOR_END : "");
	if (event->channel[0] != '\0')
		printf("%s %s: ", event->kind, event->channel);
	escape_print(stdout, event->detail);
	putchar('\n');
}

/* Takes the member over, in any case. */
static bool add(struct json_object *object, const char *key, struct json_object *member)
{
	if (json_object_object_add_ex(object, key, member, JSON_C_OBJECT_ADD_CONSTANT_KEY) == 0)
		return true;
	json_object_put(member);
	return false;
}

static struct json_object *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_object_new_string(text) : NULL;
}

/* All strings are UTF-8: D-Bus has checked that. */
static int print_json(const struct event *event)
{
	struct json_object *object = json_object_new_object();
	time_t seconds = (time_t)(event->usec / USEC_PER_SEC);
	char when[40] = "", key[16];
	struct tm parts;
	bool is_good;
	size_t n;

	if (gmtime_r(&seconds, &parts) != NULL) {
		n = strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &parts);
		snprintf(when + n, sizeof when - n, ".%06uZ", (unsigned)(event->usec % USEC_PER_SEC));
	}
	snprintf(key, sizeof key, "0x%08x", (unsigned)event->key);
	is_good = object != NULL && add(object, "number", json_object_new_uint64(event->number)) &&
		  add(object, "time", json_object_new_string(when)) &&
		  add(object, "event", json_object_new_string(event->event)) &&
		  add(object, "channel", text_or_null(event->channel)) &&
		  add(object, "kind", text_or_null(event->kind)) &&
		  add(object, "key", event->channel[0] != '\0' ? json_object_new_string(key) : NULL) &&
		  add(object, "detail", json_object_new_string(event->detail));
	if (is_good)
		puts(json_object_to_json_string_ext(object,
						    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return is_good ? 0 : -ENOMEM;
}

static int take(struct reading *reading, const struct event *event)
{
	if (event->number <= reading->last)
		return 0;
	reading->last = event->number;
	if (!is_wanted(reading, event))
		return 0;
	if (reading->skip > 0) {
		reading->skip--;
		return 0;
	}
	if (reading->invocation->options->json)
		return print_json(event);
	print_text(reading, event);
	return 0;
}

static int read_event(sd_bus_message *message, struct event *event)
{
	return sd_bus_message_read(message, BUS_EVENT, &event->number, &event->usec, &event->event,
				   &event->channel, &event->kind, &event->key, &event->detail);
}

/* -- past events --------------------------------------------------------------------------------------------- */

static int print_event(sd_bus_message *page, struct pages_place *ret_place, void *userdata)
{
	struct event event;
	int r = read_event(page, &event);

	if (r <= 0)
		return r;
	ret_place->number = event.number;
	r = take(userdata, &event);
	return r < 0 ? r : 1;
}

static int count_event(sd_bus_message *page, struct pages_place *ret_place, void *userdata)
{
	struct reading *reading = userdata;
	struct event event;
	int r = read_event(page, &event);

	if (r <= 0)
		return r;
	ret_place->number = event.number;
	reading->n_wanted += is_wanted(reading, &event);
	return 1;
}

static int read_all(struct reading *reading, sd_bus *bus,
		    int (*read)(sd_bus_message *page, struct pages_place *ret_place, void *userdata),
		    sd_bus_error *error)
{
	const struct pages_method events = {
		.member = "Events",
		.takes = BUS_EVENTS_TAKES,
		.by_number = true,
		.item = BUS_EVENT,
		.read = read,
	};

	return pages_read(bus, &events, NULL, reading, error);
}

static int print_past(struct reading *reading, sd_bus *bus, sd_bus_error *error)
{
	const struct options *options = reading->invocation->options;
	uint64_t wanted = UINT64_MAX;
	int r = 0;

	if (options_has(options, OPTION_COUNT))
		wanted = options->count;
	else if (options->follow && !options_has(options, OPTION_SINCE))
		wanted = LAST_FEW;
	if (wanted != UINT64_MAX) {
		r = read_all(reading, bus, count_event, error);
		reading->skip = reading->n_wanted > wanted ? reading->n_wanted - wanted : 0;
	}
	if (r >= 0)
		r = read_all(reading, bus, print_event, error);
	reading->skip = 0;
	return r;
}

/* -- new events ----------------------------------------------------------------------------------------------- */

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct reading *reading = userdata;
	struct event event;
	int r;

	if (!sd_bus_message_is_signal(message, BUS_MANAGER, "Event"))
		return 0;
	r = read_event(message, &event);
	if (r >= 0)
		r = take(reading, &event);
	if (r < 0)
		reading->error = r;
	return 1;
}

/* Whether kipcd still answers: one that hangs is silent, too. */
static int ping(sd_bus *bus)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, NULL, BUS_PATH, "org.freedesktop.DBus.Peer", "Ping");
	return r < 0 ? r : bus_call_message(bus, call, NULL, NULL);
}

/* Until an event comes, or the reader of our output has gone (-EPIPE), which need not wait for the next event. */
static int await(sd_bus *bus)
{
	struct pollfd fds[] = {
		{ .fd = sd_bus_get_fd(bus), .events = (short)sd_bus_get_events(bus) },
		{ .fd = STDOUT_FILENO }, /* errors are always told */
	};

	int n = poll(fds, 2, SILENCE_MSEC);

	if (n < 0)
		return -errno;
	if (n == 0)
		return ping(bus);
	return (fds[1].revents & (POLLERR | POLLHUP)) != 0 ? -EPIPE : 0;
}

static enum status follow(struct reading *reading, sd_bus *bus)
{
	int r = 0;

	while (reading->error == 0 && !signals_caught()) {
		struct bus_bound bound;

		bus_bound_begin(&bound);
		r = sd_bus_process(bus, NULL);
		bus_bound_end(&bound);
		if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
			return STATUS_FAILED; /* reported by the control half */
		if (r == 0)
			r = await(bus);
		if (r == -EPIPE)
			return STATUS_FAILED;
		if (r < 0 && r != -EINTR)
			break;
	}
	if (reading->error < 0)
		return errors_end(reading->invocation, NULL, reading->error);
	if (signals_caught())
		return STATUS_DONE;
	if (r == -ENOMEM || r == -EBADMSG || r == -EPROTO)
		return bus_report_unreachable(reading->invocation, NULL, -EPROTO);
	return report(reading->invocation, NULL, STATUS_NO_DAEMON,
		      "the connection to kipcd was lost: %s; start kipcd, then run this command again",
		      strerror(-r));
}

enum status command_events(const struct invocation *invocation)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	const struct options *options = invocation->options;
	struct reading reading = {
		.invocation = invocation,
		.may_color = color_is_wanted(),
	};
	enum status status;
	int r = 0;

	if (options_has(options, OPTION_SINCE))
		reading.since = options->since < clock_usec(CLOCK_REALTIME)
					? clock_usec(CLOCK_REALTIME) - options->since
					: 0;
	status = bus_connect_or_report(invocation, NULL, &bus);
	if (status != STATUS_DONE)
		return status;
	if (options->follow) {
		signals_catch();
		r = sd_bus_add_filter(bus, NULL, on_signal, &reading);
		if (r >= 0)
			r = bus_call(bus, "Subscribe", &error, NULL, BUS_SUBSCRIBE_TAKES);
	}
	if (r >= 0)
		r = print_past(&reading, bus, &error);
	if (r < 0)
		return bus_report(invocation, NULL, r, &error);
	return options->follow ? follow(&reading, bus) : STATUS_DONE;
}
