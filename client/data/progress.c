/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The progress line of send, recv, purge and move. It appears if a transfer takes longer than a second, and changes at
 * most five times a second.
 */

#include "client/data/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/grammar.h"
#include "common/plural.h"

#define FIRST_USEC 1000000
#define STEP_USEC 200000

static int64_t now(void)
{
	return (int64_t)clock_usec(CLOCK_MONOTONIC);
}

void progress_start(struct progress *progress, bool quiet, int busy_fd)
{
	*progress = (struct progress){ .enabled = !quiet && isatty(STDERR_FILENO) && !isatty(busy_fd) };
	if (progress->enabled)
		progress->start = now();
}

void progress_show(struct progress *progress)
{
	char size[GRAMMAR_SIZE_MAX];
	int64_t at = now();

	if (at - progress->start < FIRST_USEC || at - progress->shown < STEP_USEC)
		return;
	progress->shown = at;
	(void)dprintf(STDERR_FILENO, "\r%" PRIu64 " %s, %s, %" PRIu64 " per second\033[K", progress->messages,
		      plural(progress->messages, "message", "messages"),
		      grammar_bytes_to_string(progress->bytes, size),
		      progress->messages * 1000000 / (uint64_t)(at - progress->start));
}

void progress_end(struct progress *progress)
{
	if (progress->shown > 0)
		(void)dprintf(STDERR_FILENO, "\r\033[K");
	progress->shown = 0;
}
