/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_LOOK_H
#define KIPC_CLIENT_LOOK_H

/*
 * What of a row costs more than a look at its object: what lies in a queue, since when, and who has a segment attached. Only
 * for rows and columns that are asked for.
 */

#include <stdbool.h>
#include <stdint.h>

struct view;
struct view_row;

/* Which of it. */
#define LOOK_INTO_QUEUE                                                                                      \
	(1U << 0) /* a copy of its first messages; nothing is taken, and no time of use changes */
#define LOOK_AT_HEAD (1U << 1) /* what kipcd saw of the first message */
#define LOOK_AT_PROCESSES (1U << 2)

/*
 * The kernel counts from the first message each time, so that a look at n of them costs n * n / 2 steps: so many are
 * looked at of one queue, and for so long of all together, and of those beyond it the first.
 */
#define LOOK_MESSAGES 1000
#define LOOK_USEC 1000000

struct look {
	int error;	   /* why a queue cannot be looked into */
	uint64_t n_looked; /* messages, from the first on: the figures below are of these */
	uint64_t n_types, smallest, largest;
	uint64_t head_size;
	long head_type;
	uint64_t head_since; /* seconds since the epoch; 0: kipcd did not see it */
};

/* Looks at n rows of the view; what cannot be seen is left out. -ENOMEM; errors of opening /proc. */
int look_at_rows(struct view *view, const struct view_row *const *rows, size_t n_rows, unsigned what);

#endif
