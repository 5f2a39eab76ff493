/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_COPY_H
#define KIPC_DAEMON_RUN_COPY_H

/*
 * A copy of the registry and of the runtime layer in the state folder, so that kipcd still knows its objects after the
 * runtime folder was removed and kipcd has exited, in either order. Like the registry, it is void after a reboot.
 */

#include "daemon/run/manager.h"

/* Chooses the file and makes the state folder. -ENOMEM. */
int copy_new(struct manager *manager);
void copy_done(struct manager *manager);

/*
 * At a start, before the registry is read: fills a new registry from the copy, if that belongs to this boot and namespace.
 * A failure is logged, and the start must fail: it would forget objects.
 */
int copy_take(struct manager *manager);

/* Writes it if something has changed. A failure is logged once; the next call tries again. */
void copy_update(struct manager *manager);

/* Whether a start could restore everything from it. */
bool copy_is_kept(struct manager *manager);

#endif
