/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_WAITING_H
#define KIPC_DAEMON_RUN_WAITING_H

/*
 * `activate = yes`: the files <runtime>/waiting/NAME, each of which exists while messages wait in the channel NAME
 * (PathExists=).
 */

#include <systemd/sd-event.h>

#include "daemon/channel/channel.h"
#include "daemon/start/runtime.h"

struct waiting;

/* `runtime` must outlive it. */
int waiting_new(sd_event *event, const struct runtime *runtime, struct waiting **ret_waiting);

/* Ends all waits and removes all files. NULL is fine. Returns NULL. */
struct waiting *waiting_free(struct waiting *waiting);

/*
 * Brings the files in line with these channels, sorted by name: after each reconcile, and at each sample, for changes of
 * which kipcd is not notified (other rights, a removed file). `interval`: of samples.
 */
void waiting_update(struct waiting *waiting, const struct channel *channels, size_t n_channels,
		    uint64_t interval);

/* Stops the wait on a queue that is about to be removed: the wait may hold a message without bytes at this moment. */
void waiting_release(struct waiting *waiting, const char *name);

#endif
