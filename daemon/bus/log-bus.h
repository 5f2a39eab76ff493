/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_LOG_BUS_H
#define KIPC_DAEMON_BUS_LOG_BUS_H

#include <systemd/sd-bus.h>

struct manager;

/* Puts org.freedesktop.LogControl1 on a connection: `systemctl service-log-level kipcd debug`. */
int log_bus_add(struct manager *manager, sd_bus *bus);

#endif
