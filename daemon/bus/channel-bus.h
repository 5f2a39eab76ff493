/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CHANNEL_BUS_H
#define KIPC_DAEMON_BUS_CHANNEL_BUS_H

#include "daemon/bus/control.h"

/* Puts an object for each channel on a connection, below BUS_CHANNELS. */
int channel_bus_add(struct control *control, sd_bus *bus);

/* Signals the properties of each channel whose state or id has changed since the last call. The first call signals nothing. */
void channel_bus_publish(struct control *control);

#endif
