/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_MARKER_H
#define KIPC_DAEMON_START_MARKER_H

/* The object that identifies the IPC namespace where the kernel has no number for it. See common/nsid.h. */

#include "common/nsid.h"
#include "daemon/plan/identity.h"

/* Whether the marker that `nsid` names is in this namespace. */
enum identity_marker marker_look(const struct nsid *nsid);

/*
 * Makes the marker if it is missing or was altered, and names it in `nsid` and ".nsid". 1: it was made; 0: it is intact, or
 * cannot be read now; an errno: it cannot be made, and nothing has changed.
 */
int marker_keep(int channels_fd, struct nsid *nsid);

#endif
