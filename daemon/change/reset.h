/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_RESET_H
#define KIPC_DAEMON_CHANGE_RESET_H

/* What kipcctl reset does. */

#include "daemon/run/manager.h"

/*
 * Reinitialises a ring in place; its messages are lost. On failure *reterr_sentence is a sentence. -ENOENT: no such channel;
 * -EINVAL: it is not a ring; -EBUSY: another process has it attached; -EPERM: it is not kipcd's, or has no object.
 */
int reset_ring(struct manager *manager, const char *name, char **reterr_sentence);

#endif
