/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_WAITING_H
#define KIPC_DAEMON_RUN_WAITING_H

/*
 * `activate = yes`: the files <runtime>/waiting/NAME, each there while messages wait in the channel NAME, for systemd's
 * PathExists=.
 */

#include <systemd/sd-event.h>

struct manager;
struct runtime;
struct waiting;

/* `runtime` has to outlive it. */
int waiting_new(sd_event *event, const struct runtime *runtime, struct waiting **ret_waiting);

/* Ends all waits and removes all files. NULL is fine. Returns NULL. */
struct waiting *waiting_free(struct waiting *waiting);

/*
 * Brings it in line with the manager's channels: after each reconcile, and once a sample for what nobody tells us (rights
 * that were changed, a file that somebody removed).
 */
void waiting_update(struct waiting *waiting, const struct manager *manager);

/* Takes our hand off a queue that is about to be removed: a message without bytes might be in it just now. */
void waiting_release(struct waiting *waiting, const char *name);

#endif
