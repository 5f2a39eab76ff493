/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A plan reads and parses the whole configuration. For 10,000 channels that is done once a request, not once a page. Each
 * user has at most one plan, and there are few in all, since any client may ask. The first page is always that of a new
 * plan.
 */

#include "daemon/bus/plan-pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/change/reload.h"

#define KEPT_USEC (30 * USEC_PER_SEC)

static void drop(struct plan_kept *kept)
{
	steps_done(&kept->steps);
	free(kept->sender);
	*kept = (struct plan_kept){ 0 };
}

void plan_pages_forget(struct plan_pages *pages, const sd_bus *bus)
{
	for (size_t i = 0; i < PLAN_PAGES_MAX; i++)
		if (pages->items[i].bus == bus)
			drop(&pages->items[i]);
}

void plan_pages_done(struct plan_pages *pages)
{
	for (size_t i = 0; i < PLAN_PAGES_MAX; i++)
		drop(&pages->items[i]);
}

static struct plan_kept *find(struct plan_pages *pages, sd_bus_message *call)
{
	const sd_bus *bus = sd_bus_message_get_bus(call);
	const char *sender = sd_bus_message_get_sender(call);

	for (size_t i = 0; i < PLAN_PAGES_MAX; i++) {
		struct plan_kept *kept = &pages->items[i];

		if (kept->bus == bus &&
		    (kept->sender == NULL || (sender != NULL && strcmp(kept->sender, sender) == 0)))
			return kept;
	}
	return NULL;
}

/* The user's own, a free one, or the one not used for the longest time. */
static struct plan_kept *find_place(struct plan_pages *pages, uid_t uid)
{
	struct plan_kept *place = &pages->items[0];

	for (size_t i = 0; i < PLAN_PAGES_MAX; i++) {
		struct plan_kept *kept = &pages->items[i];

		if (kept->bus != NULL && kept->uid == uid)
			return kept;
		if (kept->last_used < place->last_used)
			place = kept;
	}
	return place;
}

static int make(struct plan_pages *pages, sd_bus_message *call, uint64_t now, struct problems *problems,
		const struct steps **ret_steps)
{
	sd_bus *bus = sd_bus_message_get_bus(call);
	struct plan_kept kept = { .bus = bus, .last_used = now }, *place;
	bool may_change;
	int r;

	r = callers_judge(pages->callers, call, &kept.uid, &may_change);
	if (r < 0)
		return r;
	place = find_place(pages, kept.uid);
	drop(place); /* before the new one is made: each is large */
	if (sd_bus_is_bus_client(bus) > 0) {
		const char *sender = sd_bus_message_get_sender(call);

		kept.sender = strdup(sender != NULL ? sender : "");
		if (kept.sender == NULL)
			return -ENOMEM;
	}
	r = reload_plan(pages->manager, problems, &kept.steps);
	if (r < 0) {
		drop(&kept);
		return r;
	}
	*place = kept;
	*ret_steps = &place->steps;
	return 0;
}

int plan_pages_get(struct plan_pages *pages, sd_bus_message *call, const char *after,
		   struct problems *problems, const struct steps **ret_steps)
{
	struct plan_kept *kept = find(pages, call);
	uint64_t now;
	int r = sd_event_now(pages->manager->event, CLOCK_MONOTONIC, &now);

	if (r < 0)
		return r;
	if (*after == '\0' || kept == NULL || now - kept->last_used > KEPT_USEC)
		return make(pages, call, now, problems, ret_steps);
	kept->last_used = now;
	*ret_steps = &kept->steps;
	return 0;
}

void plan_pages_end(struct plan_pages *pages, sd_bus_message *call)
{
	struct plan_kept *kept = find(pages, call);

	if (kept != NULL)
		drop(kept);
}
