/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_LOG_BUS_H
#define KIPC_DAEMON_BUS_LOG_BUS_H

#include "daemon/bus/control.h"

/* Puts org.freedesktop.LogControl1 on a connection: `systemctl service-log-level kipcd debug`. */
int log_bus_add(struct control *control, sd_bus *bus);

#endif
