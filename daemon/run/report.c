/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Reports: a growing array of lines, filled by reconcile.c and read by manager-bus.c. */

#include "daemon/run/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void report_done(struct report *report)
{
	for (size_t i = 0; i < report->n_lines; i++)
		free(report->lines[i].detail);
	free(report->lines);
	*report = (struct report){ 0 };
}

int report_add(struct report *report, const char *name, enum kipc_kind kind, enum plan_action action,
	       enum channel_state state, const char *detail)
{
	struct report_line *line, *grown;

	/* The lines grow by doubling: the array is full whenever its length is a power of two. */
	if ((report->n_lines & (report->n_lines - 1)) == 0) {
		grown = reallocarray(report->lines, report->n_lines == 0 ? 1 : report->n_lines * 2,
				     sizeof *grown);
		if (grown == NULL)
			return -ENOMEM;
		report->lines = grown;
	}
	line = &report->lines[report->n_lines];
	*line = (struct report_line){ .kind = kind, .action = action, .state = state };
	memcpy(line->name, name, sizeof line->name);
	if (detail != NULL && (line->detail = strdup(detail)) == NULL)
		return -ENOMEM;
	report->n_lines++;
	return 0;
}
