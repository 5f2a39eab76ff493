/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_RECOVER_H
#define KIPC_DAEMON_CHANGE_RECOVER_H

/* What kipcctl recover does. */

#include "common/config/problems.h"
#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/* Recreates the object of a lost channel. -EPERM with a sentence: it is not lost. */
int recover_channel(struct manager *manager, const char *name, struct steps *steps, char **reterr_sentence);

/*
 * Ends a doubt about the registry (namespace.h), and reloads. -EALREADY: there is no doubt; other errors as namespace_confirm()
 * and reload().
 */
int recover_registry(struct manager *manager, bool is_ours, struct problems *problems, struct steps *steps,
		     char **reterr_sentence);

#endif
