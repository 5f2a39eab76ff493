/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_BUS_H
#define KIPC_CLIENT_FACTS_BUS_H

/* Talking to kipcd over its control socket, peer to peer: no bus daemon, no Hello. */

#include <stdbool.h>
#include <sys/resource.h>
#include <systemd/sd-bus.h>

#include "client/base/command.h"
#include "common/bus-names.h"

/*
 * Connects, and waits until kipcd has authenticated us. -ENOENT, -ECONNREFUSED, -EACCES, -ENAMETOOLONG, -ETIMEDOUT…: kipcd
 * cannot be reached.
 */
int bus_connect(const struct invocation *invocation, sd_bus **ret_bus);

/* The same for a verb that needs kipcd: STATUS_DONE, or STATUS_NO_DAEMON after reporting why not. */
enum status bus_connect_or_report(const struct invocation *invocation, const char *subject, sd_bus **ret_bus);

/* Why kipcd cannot be reached, as a sentence without advice, freed by the caller. NULL: out of memory. */
char *bus_explain(const struct invocation *invocation, int error);

/* Reports that kipcd cannot be reached, why, and what to do; STATUS_NO_DAEMON. */
enum status bus_report_unreachable(const struct invocation *invocation, const char *subject, int error);

/* From here on a call may take as long as a change takes; until then, as long as a look. */
void bus_expect_change(sd_bus *bus);

/*
 * A call of the Manager, with arguments as sd_bus_message_append() takes them (types NULL: none). On failure: a negative
 * errno, and *reterr has kipcd's sentence; -EPROTO: what answers is not kipcd. A connection that did not answer in time is
 * closed, so that it is not waited for twice.
 */
int bus_call(sd_bus *bus, const char *member, sd_bus_error *reterr, sd_bus_message **ret_reply,
	     const char *types, ...);
int bus_call_message(sd_bus *bus, sd_bus_message *call, sd_bus_error *reterr, sd_bus_message **ret_reply);

/* The same with a list of names (NULL-terminated). */
int bus_call_names(sd_bus *bus, const char *member, const char *const *names, sd_bus_message **ret_reply);

/*
 * Between begin and end the process can allocate no more than a kipcd sends: libsystemd would allocate 128 MiB because the
 * header of a message says so.
 */
struct bus_bound {
	struct rlimit before;
	bool is_set;
};
void bus_bound_begin(struct bus_bound *bound);
void bus_bound_end(const struct bus_bound *bound);

/* Reports kipcd's error, and returns the exit status for it. */
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
