/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_COPY_H
#define KIPC_DAEMON_RUN_COPY_H

/*
 * A copy of the registry and of the runtime layer in the state folder, so that kipcd still knows its objects when the runtime
 * folder is removed and kipcd ends, in either order. It is void after a reboot, as the registry is.
 */

#include "daemon/run/manager.h"

/* Chooses the file, and makes the state folder. -ENOMEM. */
int copy_new(struct manager *manager);
void copy_done(struct manager *manager);

/*
 * At a start, before the registry is read: fills a new registry from the copy, if that belongs to this boot and namespace. A
 * failure is logged, and the start must not go on: it would forget objects.
 */
int copy_take(struct manager *manager);

/* Writes it if something has changed. A failure is logged once, and tried again. */
void copy_update(struct manager *manager);

/* Whether a start could restore everything from it. */
bool copy_is_kept(struct manager *manager);

#endif
