/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CHANNEL_BUS_H
#define KIPC_DAEMON_BUS_CHANNEL_BUS_H

/* A channel as D-Bus shows it: in the rows of Manager.List, and as an object of its own. */

#include <systemd/sd-bus.h>

#include "daemon/channel/channel.h"

/* Its figures, as of one moment. Texts are the channel's own, and never NULL. */
struct channel_shown {
	const char *name, *kind, *layout, *state, *reason, *manage, *lifetime, *origin, *description;
	int32_t key, id; /* id -1: there is none now */
	uint64_t needs;	 /* what it declares: bytes of capacity or size, semaphores; 0: the default */
	uint32_t healings, losses;
	struct kipc_object object; /* all zero: it is not there */
	struct kernel_ring ring;   /* of a ring, when that is asked for */
};

/* Everything but the object and what is in it. */
void channel_bus_show(const struct channel *channel, struct channel_shown *ret_shown);

struct manager;

/* Puts an object for each channel on a connection, below BUS_CHANNELS. */
int channel_bus_add(struct manager *manager, sd_bus *bus);

/* Signals the properties of those whose state or id is not what was signalled last. The first time it only takes note. */
void channel_bus_publish(struct manager *manager);

#endif
