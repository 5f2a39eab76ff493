/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BUS_H
#define KIPC_CLIENT_BUS_H

/* Talking to kipcd over its control socket, peer to peer: no bus daemon, no Hello. */

#include <systemd/sd-bus.h>

#include "client/command.h"

/*
 * Connects and waits until kipcd has accepted who we are. -ENOENT, -ECONNREFUSED, -EACCES, -ENAMETOOLONG,
 * -ETIMEDOUT…: kipcd cannot be reached.
 */
int bus_connect(const struct invocation *invocation, sd_bus **ret_bus);

/* Says that kipcd cannot be reached, why, and what to do; STATUS_NO_DAEMON. */
enum status bus_report_unreachable(const struct invocation *invocation, const char *subject, int error);

/* A call of the Manager, to be filled with arguments. -ENOMEM. */
int bus_new_call(sd_bus *bus, const char *member, sd_bus_message **ret_call);

/* Calls and waits for the answer. On failure: a negative errno, and *reterr has kipcd's sentence. */
int bus_call(sd_bus *bus, sd_bus_message *call, sd_bus_error *reterr, sd_bus_message **ret_reply);

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
