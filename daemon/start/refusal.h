/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_REFUSAL_H
#define KIPC_DAEMON_START_REFUSAL_H

/*
 * A start that fails, because of a mistake in the configuration or for another reason: its reason is noted, and starts are
 * slowed down.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/config/problems.h"
#include "daemon/start/runtime.h"

/*
 * Writes the first mistake (or `reason`, if there is none) to BUS_REFUSED_NAME in the runtime folder, for kipcctl. Returns
 * whether another start was refused just before.
 */
bool refusal_note(const struct runtime *runtime, const struct problems *problems, const char *reason);

/* A start succeeded. */
void refusal_clear(const struct runtime *runtime);

/* After a start that was refused. */
struct refusal {
	bool is_again; /* another one was refused just before */
	int64_t end;   /* CLOCK_MONOTONIC, milliseconds; 0: no client was sent away yet */
	bool is_over;
};

/*
 * Closes the connections of all clients that wait at the listening socket `fd` (-1: none). If there were any, or if another
 * start was refused just before, more starts will follow; then it returns true, for two seconds, whenever the caller should
 * check whether the fault has been corrected, and false at the end.
 */
bool refusal_wait(struct refusal *refusal, int fd);

#endif
