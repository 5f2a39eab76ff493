/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_NAMESPACE_H
#define KIPC_DAEMON_NAMESPACE_H

/* Whether the registry is of this boot and IPC namespace, and what is done where it is not. */

#include "daemon/runtime.h"

/*
 * At a start, before the registry is read: writes ".ns" and ".nsid" where they are missing, and moves a registry of
 * another boot or namespace aside for a new one. Where something cannot be told that has to be known, nothing is touched:
 * an errno, and a sentence in *reterr_text.
 */
int namespace_settle(struct runtime *runtime, char **reterr_text);

#endif
