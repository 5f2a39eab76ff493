/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CONTROL_H
#define KIPC_DAEMON_BUS_CONTROL_H

/* What both ways in to the control interface share: the userdata of every vtable. */

#include "common/service/budget.h"
#include "daemon/bus/callers.h"
#include "daemon/bus/clients.h"
#include "daemon/bus/plan-pages.h"
#include "daemon/bus/shown.h"

struct control {
	struct manager *manager;
	struct clients clients;
	struct callers callers;
	struct budget budget;
	struct plan_pages plan_pages;
	struct shown shown; /* the channel whose properties D-Bus asked for last */
};

#endif
