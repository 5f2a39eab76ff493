/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Asks for page after page, until one is empty. The invariant: it ends, whatever answers. */

#include "client/facts/pages.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

#define TIMEOUT (10 * USEC_PER_SEC) /* of all pages together */

void pages_done(struct pages *pages)
{
	for (size_t i = 0; i < pages->n_items; i++)
		sd_bus_message_unref(pages->items[i]);
	free(pages->items);
	*pages = (struct pages){ 0 };
}

/* Takes the message over, in any case. */
static int keep(struct pages *pages, sd_bus_message *message)
{
	sd_bus_message **items = reallocarray(pages->items, pages->n_items + 1, sizeof(sd_bus_message *));

	if (items == NULL) {
		sd_bus_message_unref(message);
		return -ENOMEM;
	}
	pages->items = items;
	items[pages->n_items++] = message;
	return 0;
}

/* Returns the number of items, and sets the place of the last one. */
static int read_items(sd_bus_message *page, const struct pages_method *method, struct pages_place *place,
		      void *userdata)
{
	int n = 0, r;

	r = sd_bus_message_enter_container(page, 'a', method->item);
	while (r >= 0 && (r = method->read(page, place, userdata)) > 0)
		if (++n > BUS_LIST_PAGE)
			return -EPROTO;
	return r < 0 ? r : n;
}

static bool is_behind(const struct pages_method *method, const struct pages_place *place,
		      const struct pages_place *before)
{
	return method->by_number ? place->number > before->number : strcmp(place->name, before->name) > 0;
}

static int read_page(sd_bus *bus, const struct pages_method *method, struct pages *pages,
		     struct pages_place *after, void *userdata, sd_bus_error *reterr)
{
	const uint32_t limit = BUS_LIST_PAGE;
	struct pages_place place = *after;
	sd_bus_message *page;
	int r;

	r = method->by_number
		    ? bus_call(bus, method->member, reterr, &page, method->takes, after->number, limit)
		    : bus_call(bus, method->member, reterr, &page, method->takes, after->name, limit);
	if (r < 0)
		return r;
	if (pages != NULL && keep(pages, page) < 0)
		return -ENOMEM;
	r = read_items(page, method, &place, userdata);
	if (r > 0 && !is_behind(method, &place, after))
		r = -EPROTO; /* it would not end */
	*after = place;
	if (pages == NULL)
		sd_bus_message_unref(page);
	return r;
}

int pages_read(sd_bus *bus, const struct pages_method *method, struct pages *pages, void *userdata,
	       sd_bus_error *reterr)
{
	uint64_t begin = clock_usec(CLOCK_MONOTONIC);
	struct pages_place after = { .name = "" };
	int r;

	assert(method->by_number || pages != NULL); /* a name lies in its page */
	do
		r = clock_usec(CLOCK_MONOTONIC) - begin > TIMEOUT
			    ? -ETIMEDOUT
			    : read_page(bus, method, pages, &after, userdata, reterr);
	while (r > 0);
	return r;
}

int pages_read_reply(sd_bus_message *reply, const struct pages_method *method, struct pages *pages,
		     void *userdata)
{
	struct pages_place place = { .name = "" };
	int r = keep(pages, reply);

	return r < 0 ? r : read_items(reply, method, &place, userdata);
}
