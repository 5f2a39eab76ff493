/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_TELL_H
#define KIPC_DAEMON_RUN_TELL_H

/* The events of a reconcile, and the detail of its steps: what the operator reads. */

#include "daemon/plan/step.h"
#include "daemon/run/manager.h"

/* The channel is not active, or active with something wrong. Counts it, too. */
void tell_trouble(struct manager *manager, struct channel *channel);

/* What other programs did to an observed object. */
void tell_observed(struct manager *manager, const struct channel *channel, enum channel_state state_before,
		   int id_before);

/* What healing did. No user asked for it, so it is more than information. Counts it, too. */
void tell_healing(struct manager *manager, const struct plan_step *step, enum plan_action action,
		  struct channel *channel, enum channel_state state_before);

/* What a start, reload or change did. */
void tell_deed(struct manager *manager, const struct plan_step *step, enum plan_action action,
	       const struct channel *channel);

/* `detail`, and which parts of the configuration have no effect; freed by the caller. NULL: nothing to say, or no memory. */
char *tell_detail(const struct config *config, const char *name, const char *detail);

#endif
