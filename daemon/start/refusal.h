/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_REFUSAL_H
#define KIPC_DAEMON_START_REFUSAL_H

/* A start that is refused, for a mistake in the configuration or another reason: the reason is noted, and starts are slowed. */

#include <stdbool.h>
#include <stdint.h>

#include "common/config/problems.h"
#include "daemon/start/runtime.h"

/*
 * Leaves the first mistake (or `reason`, if there is none) in BUS_REFUSED_NAME in the runtime folder, for kipcctl. Returns
 * whether another start was refused just before.
 */
bool refusal_note(const struct runtime *runtime, const struct problems *problems, const char *reason);

/* A start succeeded. */
void refusal_clear(const struct runtime *runtime);

/* After a start that was refused. */
struct refusal {
	bool is_again; /* so was one just before */
	int64_t end;   /* CLOCK_MONOTONIC, milliseconds; 0: nobody was sent away yet */
	int64_t look;  /* not before this */
	bool is_over;
};

/*
 * Tells all clients that wait at the listening socket `fd` (-1: there is none) that there is no kipcd. If there were any, or
 * another start was refused just before, starts are tried again and again. Then it returns true, for two seconds, whenever it
 * is time to look whether the fault is corrected; in the end false.
 */
bool refusal_wait(struct refusal *refusal, int fd);

#endif
