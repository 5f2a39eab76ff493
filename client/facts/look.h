/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_LOOK_H
#define KIPC_CLIENT_FACTS_LOOK_H

/*
 * Facts that cost more than a look at the object of a row: the messages in a queue, how long the first has been there, and the
 * processes that have a segment attached. Only for rows and columns that are asked for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;
struct view_row;

/* Which of these. */
#define LOOK_INTO_QUEUE                                                                                      \
	(1U << 0)	       /* its first messages are copied; none is taken, and no time of use changes */
#define LOOK_AT_HEAD (1U << 1) /* what kipcd saw of the first message */
#define LOOK_AT_PROCESSES (1U << 2)

/*
 * The kernel counts from the first message each time, so a look at n messages costs n * n / 2 steps. These are the most messages
 * in one queue, and the longest time for all queues together; after that, only the first message of each is looked at.
 */
#define LOOK_MESSAGES 1000
#define LOOK_USEC 1000000

struct look {
	int error;	   /* why a queue cannot be looked into */
	uint64_t n_looked; /* messages, from the first on: the figures below are of these */
	uint64_t n_types, smallest, largest;
	uint64_t head_size;
	long head_type;
	uint64_t head_since; /* seconds since the epoch; 0: unknown to kipcd */
};

/* Looks at n rows of the view; what cannot be seen is left out. -ENOMEM; errors of opening /proc. */
int look_at_rows(struct view *view, const struct view_row *const *rows, size_t n_rows, unsigned what);

#endif
