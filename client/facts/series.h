/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_SERIES_H
#define KIPC_CLIENT_FACTS_SERIES_H

/*
 * What each object was like at the last refreshes of top: depths, and how fast messages go. The samples take at most
 * HISTORY_BYTES together.
 */

#include "client/facts/view.h"
#include "common/history.h"

/* Of one object. */
struct series {
	const struct view_row *row; /* in the view of the last refresh */
	ino_t namespace;	    /* --ipc-of=all: of which it is; else 0 */
	enum kipc_kind kind;
	int id;
	key_t key;
	uint64_t usec;		  /* CLOCK_MONOTONIC: when it was last seen */
	uint64_t depth, received; /* then */
	bool has_rate;
	double rate; /* messages a second: of a ring received; of a queue the net change, since the kernel counts no more */
	struct history *history;
	bool was_asked_for; /* kipcd's history of it */
};

struct series_table {
	struct series *items; /* by kind and id */
	size_t n_items;
};

/* What is deep in it: messages of a queue or ring, mappings of a segment. False: it has no such thing. */
bool series_depth(const struct view_row *row, uint64_t *ret_depth);

/* Takes a look at all rows of a view that have an object; forgets what is gone. The view must outlive the next look. -ENOMEM. */
int series_update(struct series_table *table, const struct view *view, uint64_t now);
void series_done(struct series_table *table);

/* The series of a row's object, or NULL. */
struct series *series_find(const struct series_table *table, const struct view_row *row);

/* Sorts rows by their depth or, by_rate, by their rate; what is not known comes last, and equal ones keep their order. -ENOMEM. */
int series_sort(const struct series_table *table, const struct view_row **rows, size_t n_rows, bool by_rate,
		bool is_descending);

/*
 * Draws the last `width` samples (of depth, or of what passed) as a line of bars, the highest as high as can be; `text` has
 * room for SPARK_BYTES a place. is_utf8: with blocks, else in ASCII.
 */
#define SPARK_BYTES 3
void series_spark(const struct history *history, bool of_passed, size_t width, bool is_utf8, char *text);

#endif
