/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_RESET_H
#define KIPC_DAEMON_CHANGE_RESET_H

/* What kipcctl reset does. */

#include "daemon/run/manager.h"

/*
 * Makes a broken or unwanted ring anew; what it held is lost. *reterr_text is a sentence on failure. -ENOENT: no such
 * channel; -EINVAL: it is no ring of kipcd's; -EBUSY: somebody has it attached; -EPERM: there is nothing to reset.
 */
int reset_ring(struct manager *manager, const char *name, char **reterr_text);

#endif
