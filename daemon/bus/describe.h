/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_DESCRIBE_H
#define KIPC_DAEMON_BUS_DESCRIBE_H

#include <systemd/sd-bus.h>

#include "daemon/config/config.h"

/* Appends all that is declared of a channel, as entries of BUS_DESCRIBE_GIVES: values by the words of the configuration. */
int describe_append(sd_bus_message *reply, const struct config *config, const struct channel_spec *spec);

#endif
