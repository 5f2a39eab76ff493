/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_INTENTS_H
#define KIPC_DAEMON_RUN_INTENTS_H

/* channels/.intents: what a reconcile is about to create, so that the next start recognizes half-made objects as kipcd's own. */

#include "daemon/channel/channel.h"
#include "daemon/plan/plan.h"

/*
 * Before anything is created: writes an intent for each step with `made` set, and keeps those of channels whose interrupted
 * creation is not settled. `made` and `channels` have one item for each step of the plan.
 */
int intents_write(int channels_fd, const struct plan *plan, const bool *made, const struct channel *channels);

/* After everything is created: keeps only the intents that are not settled. A failure is harmless, as are old intents. */
void intents_drop(int channels_fd, const struct channel *channels, size_t n_channels);

#endif
