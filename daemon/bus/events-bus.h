/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_EVENTS_BUS_H
#define KIPC_DAEMON_BUS_EVENTS_BUS_H

#include <systemd/sd-bus.h>

/* Methods of org.kipc1.Manager, as sd-bus calls them; userdata is a struct control. */
int events_bus_events(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int events_bus_subscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr);

/* The signal Manager.Event; `event` is a struct event. */
int events_bus_send(sd_bus *bus, const void *event);

#endif
