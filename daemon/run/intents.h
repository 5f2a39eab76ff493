/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_INTENTS_H
#define KIPC_DAEMON_RUN_INTENTS_H

/* channels/.intents: what a reconcile is about to make, so that the next start knows half-made objects as kipcd's own. */

#include "daemon/channel/channel.h"
#include "daemon/plan/plan.h"

/* Before anything is made: the steps that are to be `made`, and the channels whose old intent still stands. One a step. */
int intents_write(int channels_fd, const struct plan *plan, const bool *made, const struct channel *channels);

/* After everything is made: only intents that still stand remain. A failure does no harm, since old intents do none. */
void intents_drop(int channels_fd, const struct channel *channels, size_t n_channels);

#endif
