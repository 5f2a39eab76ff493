/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_VIEW_H
#define KIPC_CLIENT_SEE_TOP_VIEW_H

/* The state of top: the rows of the last view that are shown, in their order, and what chooses them. */

#include "client/facts/groups.h"
#include "client/facts/series.h"

#define TOP_INTERVAL_MIN 100000 /* microseconds */
#define TOP_INTERVAL_MAX INT64_C(3600000000)
#define TOP_FILTER_MAX 64

struct top {
	const struct invocation *invocation;
	int64_t interval;
	uint64_t n_left; /* frames; UINT64_MAX: no end */

	struct view *view;
	struct series_table series;
	struct value_style style;
	const struct view_row **rows; /* those that are wanted, sorted */
	size_t n_rows;

	const struct column *sort; /* NULL: as the view has them */
	bool is_descending, with_foreign, is_paused;
	char filter[TOP_FILTER_MAX]; /* part of a name */
	bool is_typing;		     /* the filter */
	const char *kind;	     /* NULL: all */

	/* The row that the cursor is on: the same object after each refresh. */
	char selected[VIEW_ADDRESS_MAX];
	ino_t selected_inode; /* of its IPC namespace */
	size_t cursor, first; /* indexes of rows: of the cursor, of the first line */

	enum group_by by;
	struct column group_columns[N_GROUP_COLUMNS];
	char *groups; /* sums instead of the rows, the headings first; NULL: none */
	size_t n_groups;

	char *card; /* text shown instead of the rows; NULL: none */
	size_t card_first;
};

/* Reads a new view, and chooses its rows. -ENOMEM. */
int top_view_refresh(struct top *top);

/* Chooses and sorts the rows again, after a change of what chooses them. -ENOMEM. */
int top_view_choose(struct top *top);

/* How many rows, or groups, are shown. */
size_t top_view_count(const struct top *top);

/* The cursor stays on the row that it is on now. */
void top_view_note_cursor(struct top *top);

/* Asks kipcd for the histories of n_seen rows, from the first on the screen on. Without an answer, their bars begin now. */
void top_view_ask_for_histories(struct top *top, size_t n_seen);

/* The column to sort by: one of the table that is shown, or "depth" or "rate"; NULL: none. */
const struct column *top_view_find_column(const struct top *top, const char *name);

/* The width of lines of text. */
size_t top_view_width(void);

#endif
