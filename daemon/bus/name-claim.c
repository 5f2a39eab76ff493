/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called by system-bus.c. A bus that refuses the name does not know our policy or our user yet: an installation adds both
 * while the bus runs, and dbus-daemon looks users up only when it reads its policy. So kipcd asks it to read the policy
 * again, once for each connection. Then it asks for the name after each change that the bus signals, and otherwise at
 * longer and longer intervals. While the bus refuses, every call of org.kipc1 starts kipcd and waits.
 */

#include "daemon/bus/name-claim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "common/service/log.h"
#include "daemon/run/status.h"

#define AGAIN_MIN_USEC (USEC_PER_SEC / 10)
#define AGAIN_MAX_USEC (60 * USEC_PER_SEC)

#define DRIVER "org.freedesktop.DBus"
#define DRIVER_PATH "/org/freedesktop/DBus"

enum answer { ANSWER_PRIMARY = 1, ANSWER_ALREADY = 4 }; /* to RequestName */

static void ask(struct name_claim *claim);

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
	ask(userdata);
	return 0;
}

static void ask_after(struct name_claim *claim, uint64_t delay)
{
	claim->again = sd_event_source_disable_unref(claim->again);
	if (sd_event_add_time_relative(claim->manager->event, &claim->again, CLOCK_MONOTONIC, delay, 0,
				       on_again, claim) < 0)
		log_line(LOG_WARNING, "system bus: out of memory: kipcd no longer asks for " BUS_NAME);
}

static void ask_later(struct name_claim *claim)
{
	ask_after(claim, claim->delay);
	claim->delay = claim->delay * 2 < AGAIN_MAX_USEC ? claim->delay * 2 : AGAIN_MAX_USEC;
}

static void hold(struct name_claim *claim)
{
	claim->again = sd_event_source_disable_unref(claim->again);
	claim->is_held = true;
	if (claim->manager->is_name_refused || claim->has_reloaded)
		log_line(LOG_NOTICE,
			 "has the name " BUS_NAME " on the system bus, which had refused it before");
	else
		log_line(LOG_DEBUG, "has the name " BUS_NAME " on the system bus");
	claim->manager->is_name_refused = false;
	status_notify(claim->manager);
}

static int on_reloaded(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	ask(userdata); /* also after a failure: root may have reloaded the bus meanwhile */
	return 0;
}

static void refuse(struct name_claim *claim, const sd_bus_error *error)
{
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) && !claim->has_reloaded &&
	    sd_bus_call_method_async(claim->bus, NULL, DRIVER, DRIVER_PATH, DRIVER, "ReloadConfig",
				     on_reloaded, claim, NULL) >= 0) {
		claim->has_reloaded = true;
		return;
	}
	if (!claim->manager->is_name_refused) {
		log_line(LOG_WARNING,
			 "cannot get the name " BUS_NAME
			 " on the system bus: %s; kipcctl does not need it, and kipcd asks again from "
			 "time to time",
			 error != NULL && error->message != NULL ? error->message : "another process has it");
		claim->manager->is_name_refused = true;
		status_notify(claim->manager);
	}
	ask_later(claim);
}

static int on_answer(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct name_claim *claim = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(message);
	uint32_t answer = 0;

	claim->is_asking = false;
	if (error == NULL && sd_bus_message_read(message, "u", &answer) >= 0 &&
	    (answer == ANSWER_PRIMARY || answer == ANSWER_ALREADY))
		hold(claim);
	else
		refuse(claim, error);
	return 0;
}

static void ask(struct name_claim *claim)
{
	if (claim->bus == NULL || claim->is_held || claim->is_asking)
		return;
	if (sd_bus_request_name_async(claim->bus, NULL, BUS_NAME, 0, on_answer, claim) >= 0)
		claim->is_asking = true;
	else
		ask_later(claim);
}

/* The bus has read its files again, which may happen often: kipcd asks at most ten times a second. */
static int on_bus_changed(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct name_claim *claim = userdata;

	if (!claim->manager->is_name_refused)
		return 0;
	claim->delay = AGAIN_MIN_USEC;
	ask_later(claim);
	return 0;
}

int name_claim_start(struct name_claim *claim, struct manager *manager, sd_bus *bus)
{
	int r;

	*claim = (struct name_claim){ .manager = manager, .bus = bus, .delay = AGAIN_MIN_USEC };
	r = sd_bus_match_signal_async(bus, NULL, DRIVER, DRIVER_PATH, DRIVER, "ActivatableServicesChanged",
				      on_bus_changed, NULL, claim);
	if (r >= 0)
		r = sd_bus_request_name_async(bus, NULL, BUS_NAME, 0, on_answer, claim);
	claim->is_asking = r >= 0;
	return r < 0 ? r : 0;
}

void name_claim_drop(struct name_claim *claim)
{
	claim->again = sd_event_source_disable_unref(claim->again);
	claim->bus = NULL;
	claim->is_held = claim->is_asking = false;
}
