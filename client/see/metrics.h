/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_METRICS_H
#define KIPC_CLIENT_SEE_METRICS_H

/* The parts of `kipcctl metrics`, and what they are written from. */

#include <stdio.h>

#include "client/facts/groups.h"
#include "client/facts/processes.h"
#include "client/facts/view.h"

struct metrics {
	const struct invocation *invocation;
	struct view *view;
	struct processes processes;
	struct kipc_limits limits;
	enum group_by by;
	FILE *out;
};

/* HELP and TYPE of a family; the name is without "kipc_". */
void metrics_write_head(struct metrics *metrics, const char *name, const char *type, const char *help);

/* `label="text"`, escaped: a user or a process can have any name. */
void metrics_write_label(struct metrics *metrics, const char *label, const char *text);

/* The findings of doctor, the units of consumers, and the objects of each owner (metrics-found.c). -ENOMEM. */
int metrics_write_found(struct metrics *metrics);

/* All metrics of one IPC namespace, and of all namespaces (metrics-places.c). -ENOMEM. */
int metrics_write(struct metrics *metrics);
int metrics_write_places(struct metrics *metrics);

/* The sums of --group-by=, if it was given (metrics-groups.c). -ENOMEM. */
int metrics_write_groups(struct metrics *metrics);

#endif
