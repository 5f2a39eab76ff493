/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_OWNED_H
#define KIPC_DAEMON_PLAN_OWNED_H

/* A declared channel that has an object of ours: whether the object is as declared, and what to do if it is not. */

#include "daemon/plan/decision.h"

void plan_owned(struct decision *decision, const struct channel_spec *spec,
		const struct kernel_object *found);

/* The object is handed over: it becomes the channel's as it is, and is then altered as declared. */
void plan_adopted(struct decision *decision, const struct channel_spec *spec,
		  const struct kernel_object *found);

#endif
