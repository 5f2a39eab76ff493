/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_STEPS_H
#define KIPC_CLIENT_STEPS_H

/* What kipcd did or would do, one step a channel: the answers of Plan, Reload, Create, Set and Recover. */

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "client/command.h"

struct step {
	const char *name, *kind, *action, *state, *detail; /* in the message they came with */
};

struct steps {
	struct step *items;
	size_t n_items;
	sd_bus_message **pages;
	size_t n_pages;
};

/* One step, as the answer itself. 0: there is none in it; 1: there was. */
int step_read(sd_bus_message *message, struct step *ret_step);

/* Adds an array of steps. Returns how many it had. */
int steps_add_page(struct steps *steps, sd_bus_message *page);
void steps_done(struct steps *steps);

/*
 * As a table, in which people are spared the steps that change nothing, or as JSON. Returns how many were printed.
 */
int steps_print(const struct invocation *invocation, const struct steps *steps);

#endif
