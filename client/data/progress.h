/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_PROGRESS_H
#define KIPC_CLIENT_DATA_PROGRESS_H

/* One line on a terminal's standard error that says how far a long transfer is, and goes away at its end. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	uint64_t messages, bytes; /* so far */
	int64_t start, shown;	  /* CLOCK_MONOTONIC, microseconds; shown 0: not yet */
	bool enabled;
};

/* `busy_fd`: a descriptor that the messages go through; where it is a terminal, they are progress enough; -1: none. */
void progress_start(struct progress *progress, bool quiet, int busy_fd);

void progress_show(struct progress *progress);
void progress_end(struct progress *progress);

/* Counts a message. The clock is not read for each. */
static inline void progress_count(struct progress *progress, size_t bytes)
{
	progress->messages++;
	progress->bytes += bytes;
	if (progress->enabled && progress->messages % 256 == 0)
		progress_show(progress);
}

#endif
