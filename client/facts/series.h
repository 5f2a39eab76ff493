/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_SERIES_H
#define KIPC_CLIENT_FACTS_SERIES_H

/*
 * The depth and the rate of each object at the last refreshes of top. All samples together take at most HISTORY_BYTES.
 */

#include "client/facts/view.h"
#include "common/history.h"

/* Of one object. */
struct series {
	const struct view_row *row; /* in the view of the last refresh */
	ino_t namespace;	    /* --ipc-of=all: its IPC namespace; otherwise 0 */
	enum kipc_kind kind;
	int id;
	key_t key;
	uint64_t usec;		  /* CLOCK_MONOTONIC: when it was last seen */
	uint64_t depth, received; /* then */
	bool has_rate;
	double rate; /* messages a second: received from a ring; of a queue the net change, since the kernel counts nothing else */
	struct history *history;
	bool was_asked_for; /* kipcd's history of it */
};

struct series_table {
	struct series *items; /* by kind and id */
	size_t n_items;
};

/* The depth: messages of a queue or ring, mappings of a segment. False: it has none. */
bool series_depth(const struct view_row *row, uint64_t *ret_depth);

/* Adds a sample of each row of a view that has an object; drops those that are gone. The view must outlive the next update. -ENOMEM. */
int series_update(struct series_table *table, const struct view *view, uint64_t now);
void series_done(struct series_table *table);

/* The series of a row's object, or NULL. */
struct series *series_find(const struct series_table *table, const struct view_row *row);

/* Sorts rows by their depth or, by_rate, by their rate; unknown values come last, and equal ones keep their order. -ENOMEM. */
int series_sort(const struct series_table *table, const struct view_row **rows, size_t n_rows, bool by_rate,
		bool is_descending);

/*
 * Draws the last `width` samples (of depth, or of what passed) as a line of bars, scaled to the highest; `text` has room for
 * SPARK_BYTES a column. is_utf8: with block characters, otherwise in ASCII.
 */
#define SPARK_BYTES 3
void series_spark(const struct history *history, bool of_passed, size_t width, bool is_utf8, char *text);

#endif
