/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_PROGRESS_H
#define KIPC_CLIENT_DATA_PROGRESS_H

/* A line on the terminal that shows the progress of a long transfer, and is erased at its end. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	uint64_t messages, bytes; /* so far */
	int64_t start, shown;	  /* CLOCK_MONOTONIC, microseconds; shown 0: not yet */
	bool enabled;
};

/* `busy_fd`: the descriptor that the messages go through (-1: none); if it is a terminal, no progress is shown. */
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
