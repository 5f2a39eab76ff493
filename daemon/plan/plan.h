/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_PLAN_H
#define KIPC_DAEMON_PLAN_PLAN_H

/*
 * What to do so that the kernel holds what is declared: a pure function from three values (configuration, registry, kernel) to
 * a list of steps, one for each channel. Start, reload, healing and `kipcctl plan` all use it.
 */

#include "daemon/plan/step.h"

struct plan {
	struct plan_step *steps; /* sorted by name */
	size_t n_steps;
};

/* -ENOMEM. The plan points into configuration and registry. */
int plan_make(const struct plan_input *input, struct plan *ret_plan);
void plan_done(struct plan *plan);

#endif
