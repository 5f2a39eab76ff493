/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rows that top shows: reads views, chooses and sorts their rows, and adds what kipcd remembers. Used by all forms of top. */

#include "client/see/top-view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/facts/columns.h"
#include "client/facts/past.h"
#include "client/see/top-frame.h"
#include "client/see/top-groups.h"
#include "client/table/words.h"
#include "common/clock.h"
#include "common/grammar.h"

/* Not columns of list: series.c sorts by these. */
static const struct column by_depth = { .name = "depth" }, by_rate = { .name = "rate" };

const struct column *top_view_find_column(const struct top *top, const char *name)
{
	for (size_t i = 0; top->by != GROUP_BY_NOTHING && i < N_GROUP_COLUMNS; i++)
		if (strcmp(top->group_columns[i].name, name) == 0)
			return &top->group_columns[i];
	if (top->by != GROUP_BY_NOTHING)
		return NULL;
	if (strcmp(name, by_depth.name) == 0)
		return &by_depth;
	return strcmp(name, by_rate.name) == 0 ? &by_rate : columns_find(name);
}

/* -- what is shown ----------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct top *top, const struct view_row *row)
{
	const struct options *options = top->invocation->options;
	char address[VIEW_ADDRESS_MAX];

	if (row->name == NULL && !top->with_foreign)
		return false;
	if (top->kind != NULL && !words_have(top->kind, kipc_kind_to_string(row->kind)))
		return false;
	if (options->state != NULL && (row->state == NULL || !words_have(options->state, row->state)))
		return false;
	return strcasestr(view_row_to_address(row, address), top->filter) != NULL;
}

static ino_t inode_of(const struct view_row *row)
{
	return row->place != NULL ? row->place->inode : 0;
}

/* The cursor stays on its object or, if that is gone, in its line. */
static void find_cursor(struct top *top)
{
	char address[VIEW_ADDRESS_MAX];

	for (size_t i = 0; i < top->n_rows; i++)
		if (inode_of(top->rows[i]) == top->selected_inode &&
		    strcmp(view_row_to_address(top->rows[i], address), top->selected) == 0) {
			top->cursor = i;
			return;
		}
	if (top->cursor >= top->n_rows)
		top->cursor = top->n_rows > 0 ? top->n_rows - 1 : 0;
}

void top_view_note_cursor(struct top *top)
{
	char address[VIEW_ADDRESS_MAX];

	if (top->cursor >= top->n_rows)
		return;
	snprintf(top->selected, sizeof top->selected, "%s",
		 view_row_to_address(top->rows[top->cursor], address));
	top->selected_inode = inode_of(top->rows[top->cursor]);
}

size_t top_view_width(void)
{
	struct winsize size;
	int64_t columns;

	if (getenv("COLUMNS") != NULL &&
	    grammar_number_from_string(getenv("COLUMNS"), 1, TOP_LINE_MAX / SPARK_BYTES, &columns) == 0)
		return (size_t)columns;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static int make_groups(struct top *top)
{
	int r;

	free(top->groups);
	top->groups = NULL;
	top->n_groups = 0;
	if (top->invocation->options->json)
		return 0;
	r = top_groups_format(top->view, top->rows, top->n_rows, top->by,
			      top->sort != NULL ? top->sort->name : NULL, top->is_descending,
			      !top->invocation->options->no_legend, top_view_width(), &top->style,
			      &top->groups);
	for (const char *p = top->groups; r == 0 && (p = strchr(p, '\n')) != NULL; p++)
		top->n_groups++;
	top->n_groups -= top->n_groups > 0 && !top->invocation->options->no_legend;
	if (top->cursor >= top->n_groups)
		top->cursor = top->n_groups > 0 ? top->n_groups - 1 : 0;
	return r;
}

int top_view_choose(struct top *top)
{
	size_t n = 0;
	int r = 0;

	free(top->rows);
	top->rows = calloc(top->view->n_rows + 1, sizeof(struct view_row *));
	if (top->rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < top->view->n_rows; i++)
		if (is_wanted(top, &top->view->rows[i]))
			top->rows[n++] = &top->view->rows[i];
	top->n_rows = n;
	if (top->sort == &by_depth || top->sort == &by_rate)
		r = series_sort(&top->series, top->rows, n, top->sort == &by_rate, top->is_descending);
	else if (top->sort != NULL && top->by == GROUP_BY_NOTHING)
		r = table_sort_rows((const void **)top->rows, n, top->sort, top->is_descending, &top->style);
	if (top->by != GROUP_BY_NOTHING)
		return r < 0 ? r : make_groups(top);
	find_cursor(top);
	top_view_note_cursor(top);
	return r;
}

int top_view_refresh(struct top *top)
{
	struct view *view;
	int r;

	r = view_read(top->invocation, &view);
	if (r < 0)
		return r;
	r = series_update(&top->series, view, clock_usec(CLOCK_MONOTONIC));
	free(top->rows);
	top->rows = NULL;
	top->n_rows = 0;
	view_free(top->view);
	top->view = view;
	/* If no object has a name, the foreign ones are all there is. */
	if (view->n_named == 0)
		top->with_foreign = true;
	return r < 0 ? r : top_view_choose(top);
}

/* -- what kipcd remembers ---------------------------------------------------------------------------------------- */

static struct series *find_named_series(const struct top *top, const char *name)
{
	for (size_t i = 0; i < top->n_rows; i++)
		if (top->rows[i]->name != NULL && strcmp(top->rows[i]->name, name) == 0)
			return series_find(&top->series, top->rows[i]);
	return NULL;
}

static void take_history(const char *name, struct history *history, void *userdata)
{
	struct series *series = find_named_series(userdata, name);

	if (series == NULL) {
		free(history);
	} else {
		free(series->history);
		series->history = history;
	}
}

void top_view_ask_for_histories(struct top *top, size_t n_seen)
{
	const char *names[BUS_HISTORY_NAMES + 1] = { NULL };
	size_t n = 0;
	uint64_t interval;

	for (size_t i = top->first; i < top->n_rows && i < top->first + n_seen && n < BUS_HISTORY_NAMES;
	     i++) {
		struct series *series = series_find(&top->series, top->rows[i]);

		if (series == NULL || series->was_asked_for || top->rows[i]->name == NULL)
			continue;
		series->was_asked_for = true;
		names[n++] = top->rows[i]->name;
	}
	if (n > 0 && top->view->bus != NULL)
		(void)past_read(top->view->bus, names, take_history, top, &interval);
}

size_t top_view_count(const struct top *top)
{
	return top->by != GROUP_BY_NOTHING ? top->n_groups : top->n_rows;
}
