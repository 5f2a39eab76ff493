/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_SAMPLE_H
#define KIPC_DAEMON_SAMPLE_H

struct manager;

/* Looks at all channels once in [daemon] sample_interval, from now on; called again when the interval has changed. */
int sample_start(struct manager *manager);

#endif
