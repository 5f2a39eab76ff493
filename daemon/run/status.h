/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_STATUS_H
#define KIPC_DAEMON_RUN_STATUS_H

#include "daemon/run/manager.h"

/* Tells systemd how many channels exist and how many are in trouble, for `systemctl status`. */
void status_notify(const struct manager *manager);

#endif
