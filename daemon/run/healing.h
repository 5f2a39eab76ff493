/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_HEALING_H
#define KIPC_DAEMON_RUN_HEALING_H

/* What kipcd heals without being asked, and how soon. */

#include "daemon/channel/channel.h"
#include "daemon/plan/step.h"

/* Whether healing carries out this step now. A step that needs a decision or destroys data is left to a reload. */
bool healing_is_due(const struct plan_step *step, const struct channel *before, uint64_t now);

/* The channel was healed at `now`: chooses when it may be healed again. `interval`: of samples. */
void healing_note(struct channel *channel, uint64_t now, uint64_t interval);

#endif
