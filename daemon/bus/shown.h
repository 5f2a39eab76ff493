/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_SHOWN_H
#define KIPC_DAEMON_BUS_SHOWN_H

/* A channel as D-Bus shows it: in the rows of Manager.List, and as an object of its own. */

#include "daemon/channel/channel.h"
#include "daemon/plan/kernel-view.h"

/* Its figures at one moment. The strings are the channel's own, and never NULL. */
struct shown {
	const struct channel *channel;
	const char *name, *kind, *layout, *state, *reason, *manage, *lifetime, *origin, *description;
	int32_t key, id; /* id -1: it has no object */
	uint64_t needs;	 /* what it declares: bytes of capacity or size, or semaphores; 0: the default */
	uint32_t healings, losses;
	struct kipc_object object; /* all zero: it does not exist */
	struct kernel_ring ring;   /* of a ring, when that is asked for */
};

/* Everything except the object and its contents. */
void shown_fill(const struct channel *channel, struct shown *ret_shown);

/* Which interfaces the channel has, by the object it has rather than the one that is declared. */
enum kipc_kind shown_kind(const struct channel *channel);
bool shown_is_ring(const struct channel *channel);

#endif
