/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BUS_H
#define KIPC_CLIENT_BUS_H

/* Talking to kipcd over its control socket, peer to peer: no bus daemon, no Hello. */

#include <systemd/sd-bus.h>

#include "client/command.h"
#include "common/bus-names.h"

/*
 * Connects and waits until kipcd has accepted who we are. -ENOENT, -ECONNREFUSED, -EACCES, -ENAMETOOLONG,
 * -ETIMEDOUT…: kipcd cannot be reached.
 */
int bus_connect(const struct invocation *invocation, sd_bus **ret_bus);

/* The same for a verb that cannot do without: STATUS_DONE, or STATUS_NO_DAEMON after having said why not. */
enum status bus_connect_or_report(const struct invocation *invocation, const char *subject, sd_bus **ret_bus);

/* Says that kipcd cannot be reached, why, and what to do; STATUS_NO_DAEMON. */
enum status bus_report_unreachable(const struct invocation *invocation, const char *subject, int error);

/*
 * A call of the Manager with simple arguments, as sd_bus_call_method() takes them. On failure: a negative errno, and
 * *reterr has kipcd's sentence.
 */
#define bus_call(bus, member, reterr, ret_reply, ...)                                                        \
	sd_bus_call_method(bus, NULL, BUS_PATH, BUS_MANAGER, member, reterr, ret_reply, __VA_ARGS__)

/* Answers that are kept, because what was read from them points into them. */
struct bus_pages {
	sd_bus_message **items;
	size_t n_items;
};
void bus_pages_done(struct bus_pages *pages);

/* Takes the message over, in any case. -ENOMEM. */
int bus_pages_add(struct bus_pages *pages, sd_bus_message *message);

/*
 * Asks for the page of List or Plan behind the name `after`. The page lives as long as `pages`. Errors as bus_call().
 */
int bus_pages_get(struct bus_pages *pages, sd_bus *bus, const char *member, const char *after,
		  sd_bus_error *reterr, sd_bus_message **ret_page);

/* Says what kipcd answered, and gives the status that goes with it. */
enum status bus_report(const struct invocation *invocation, const char *subject, int error,
		       const sd_bus_error *bus_error);

#define CLEANUP_BUS __attribute__((cleanup(bus_cleanup)))
#define CLEANUP_BUS_MESSAGE __attribute__((cleanup(bus_message_cleanup)))
#define CLEANUP_BUS_ERROR __attribute__((cleanup(sd_bus_error_free)))

static inline void bus_cleanup(sd_bus **bus)
{
	sd_bus_close_unref(*bus);
}

static inline void bus_message_cleanup(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

#endif
