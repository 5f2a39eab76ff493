/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_NAME_CLAIM_H
#define KIPC_DAEMON_BUS_NAME_CLAIM_H

/* The claim to the name org.kipc1 on a bus: kipcd asks for the name until it gets it. */

#include <systemd/sd-bus.h>

#include "daemon/run/manager.h"

struct name_claim {
	struct manager *manager;
	sd_bus *bus; /* not ours; NULL: none */
	sd_event_source *again;
	uint64_t delay; /* microseconds until the next request */
	bool is_held;
	bool is_asking;
	bool has_reloaded; /* this bus has been asked to read its policy again */
};

/* Asks for it until name_claim_drop(). Negative errno: the bus cannot be asked at all. */
int name_claim_start(struct name_claim *claim, struct manager *manager, sd_bus *bus);

/* The connection is closed, or will be. */
void name_claim_drop(struct name_claim *claim);

#endif
