/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_UNITS_H
#define KIPC_CLIENT_FACTS_UNITS_H

/* The state of the units kipc-consume@CHANNEL in systemd: one call for all of them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "lib/kipc.h"

#define UNITS_PREFIX "kipc-consume@"
#define UNITS_STATE_MAX 24

struct unit {
	char channel[KIPC_NAME_MAX + 1];
	bool is_path;		      /* kipc-consume@CHANNEL.path; otherwise the service */
	char state[UNITS_STATE_MAX];  /* ActiveState: "active", "failed"… */
	char detail[UNITS_STATE_MAX]; /* SubState: "auto-restart"… */
};

struct units {
	int error; /* why systemd could not be asked; 0: it was */
	sd_bus *bus;
	struct unit *items; /* by channel, the path behind the service */
	size_t n_items;
};

/* The units that systemd has loaded. If it cannot be asked there are none, and `error` says why. -ENOMEM. */
int units_new(struct units **ret_units);
struct units *units_free(struct units *units);

/* NULL: not loaded. */
const struct unit *units_find(const struct units *units, const char *channel, bool is_path);

/* How often systemd restarted the service after a failure, and the exit status of its last run. Errors of the bus. */
int units_failures(const struct units *units, const char *channel, uint32_t *ret_restarts,
		   int32_t *ret_status);

#endif
