/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_LIFE_H
#define KIPC_DAEMON_LIFE_H

/* The life of one kipcd. */

#include "daemon/run/manager.h"

struct life;

/* All channels are set up when it returns 0. -EBADMSG: the configuration has mistakes. Every failure has been logged. */
int life_begin(const struct manager_options *options, struct life **ret_life);
struct life *life_end(struct life *life);

/*
 * Runs until SIGTERM or SIGINT, then removes the channels whose lifetime ends with the daemon. MANAGER_START_AGAIN: the runtime
 * folder is lost, and only another start can have a new one.
 */
int life_run(struct life *life);

#endif
