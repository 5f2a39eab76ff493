/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_SAMPLE_H
#define KIPC_DAEMON_RUN_SAMPLE_H

#include "daemon/run/manager.h"

/* Looks at all channels once in [daemon] sample_interval, from now on; called again when the interval has changed. */
int sample_start(struct manager *manager);

/*
 * Notes in channel->head since when the first message of a queue has been the first: a receive in between would show in the time
 * of the last receive. The kernel keeps that in whole seconds, so the second of a receive itself says nothing.
 */
void sample_note_head(struct channel *channel, const struct kipc_object *object);

#endif
