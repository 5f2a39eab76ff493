/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANGE_RELOAD_H
#define KIPC_DAEMON_CHANGE_RELOAD_H

/* From the files of the configuration to the channels: at a start, at a reload, and as a plan. */

#include "common/config/problems.h"
#include "daemon/run/manager.h"
#include "daemon/run/steps.h"

/*
 * At a start. A failure is logged and noted for kipcctl; while refusal_wait() asks for it, the files are read again. -EBADMSG:
 * the configuration has mistakes.
 */
int reload_at_start(struct manager *manager);

/*
 * Reads the configuration again and reconciles. -EBADMSG: it has mistakes (in `problems`). After any failure nothing has
 * changed. `steps` (may be NULL) gets what was not simply kept.
 */
int reload(struct manager *manager, struct problems *problems, struct steps *steps);

/* What a reload would do now: a step for each channel. Errors as above. */
int reload_plan(struct manager *manager, struct problems *problems, struct steps *ret_steps);

#endif
