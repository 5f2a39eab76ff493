/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CHANGE_BUS_H
#define KIPC_DAEMON_BUS_CHANGE_BUS_H

#include <systemd/sd-bus.h>

/* Methods of org.kipc1.Manager that change channels, as sd-bus calls them; userdata is a struct control. */
int change_bus_adopt(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_create(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_recover(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_recover_registry(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_reload(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_remove(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_reset(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_set(sd_bus_message *message, void *userdata, sd_bus_error *reterr);
int change_bus_unset(sd_bus_message *message, void *userdata, sd_bus_error *reterr);

#endif
