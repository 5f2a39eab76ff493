/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_EVENTS_BUS_H
#define KIPC_DAEMON_BUS_EVENTS_BUS_H

#include <systemd/sd-bus.h>

/* Methods of org.kipc1.Manager, as sd-bus calls them; userdata is the manager. */
int watch_bus_events(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int watch_bus_subscribe(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int watch_bus_history(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int watch_bus_heads(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int watch_bus_statistics(sd_bus_message *message, void *userdata, sd_bus_error *reterr);

/* The signal Manager.Event; `event` is a struct event. */
int watch_bus_send_event(sd_bus *bus, const void *event);

#endif
