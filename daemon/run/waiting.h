/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_WAITING_H
#define KIPC_DAEMON_RUN_WAITING_H

/*
 * `activate = yes`: the files <runtime>/waiting/NAME, each there while messages wait in the channel NAME, for systemd's
 * PathExists=.
 */

#include <systemd/sd-event.h>

#include "daemon/channel/channel.h"
#include "daemon/start/runtime.h"

struct waiting;

/* `runtime` has to outlive it. */
int waiting_new(sd_event *event, const struct runtime *runtime, struct waiting **ret_waiting);

/* Ends all waits and removes all files. NULL is fine. Returns NULL. */
struct waiting *waiting_free(struct waiting *waiting);

/*
 * Brings the files in line with these channels, sorted by name: after each reconcile, and at each sample, for changes of which kipcd
 * is not notified (other rights, a removed file). `interval`: of samples.
 */
void waiting_update(struct waiting *waiting, const struct channel *channels, size_t n_channels,
		    uint64_t interval);

/* Takes our hand off a queue that is about to be removed: a message without bytes might be in it just now. */
void waiting_release(struct waiting *waiting, const char *name);

#endif
