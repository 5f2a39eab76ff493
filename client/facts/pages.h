/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PAGES_H
#define KIPC_CLIENT_FACTS_PAGES_H

/* The lists that kipcd sends in pages: channels, the steps of a plan, events. */

#include "client/facts/bus.h"

/* A place in a list: the next page begins behind it. */
struct pages_place {
	const char *name;
	uint64_t number;
};

/* A method of the Manager that replies with a page. */
struct pages_method {
	const char *member, *takes; /* takes a place (a name, or a number if by_number) and a limit */
	bool by_number;
	const char *item; /* the signature of one item */
	/* Reads the item under the cursor, and sets its place. 1; 0: the page has no more items; or a negative errno. */
	int (*read)(sd_bus_message *page, struct pages_place *ret_place, void *userdata);
};

/* Replies that are kept because what was read from them points into them. Starts as { 0 }. */
struct pages {
	sd_bus_message **items;
	size_t n_items;
};
void pages_done(struct pages *pages);

/* Reads the whole list. `pages` NULL: each page is dropped once it has been read. Errors as bus_call(), and of `read`. */
int pages_read(sd_bus *bus, const struct pages_method *method, struct pages *pages, void *userdata,
	       sd_bus_error *reterr);

/* Reads a reply that has all items, and keeps it, in any case. */
int pages_read_reply(sd_bus_message *reply, const struct pages_method *method, struct pages *pages,
		     void *userdata);

#endif
