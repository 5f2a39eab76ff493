/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_FIGURES_BUS_H
#define KIPC_DAEMON_BUS_FIGURES_BUS_H

#include <systemd/sd-bus.h>

/* Methods of org.kipc1.Manager, as sd-bus calls them; userdata is a struct control. */
int figures_bus_heads(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int figures_bus_history(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int figures_bus_statistics(sd_bus_message *message, void *userdata, sd_bus_error *reterr);

#endif
