/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_SAMPLE_H
#define KIPC_DAEMON_RUN_SAMPLE_H

#include "daemon/run/manager.h"

/* Samples all channels every [daemon] sample_interval from now on. To be called again when the interval may have changed. */
int sample_start(struct manager *manager);

/*
 * Notes in channel->head since when the first message of a queue has been first: the time of the last receive would show a
 * receive since then. The kernel keeps that time in whole seconds, so nothing is known during the second of a receive.
 */
void sample_note_head(struct channel *channel, const struct kipc_object *object);

#endif
