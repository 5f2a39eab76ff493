/* SPDX-License-Identifier: GPL-2.0-or-later */

/* kipcctl list: the rows of a view (view.c), filtered and sorted, as a table of columns (columns.c). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/facts/columns.h"
#include "client/facts/groups.h"
#include "client/facts/look.h"
#include "client/facts/view-note.h"
#include "client/facts/view.h"
#include "client/table/words.h"
#include "common/escape.h"
#include "common/plural.h"

static bool row_is_wanted(const struct options *options, const struct view_row *row)
{
	if (row->name == NULL && !options->foreign &&
	    (options->state == NULL || !words_have(options->state, "foreign")))
		return false;
	return words_have(options->kind, kipc_kind_to_string(row->kind)) &&
	       words_have(options->state, row->state != NULL ? row->state : "");
}

/* Points a user who does not know --foreign to it, instead of an empty list. */
static void note_foreign(const struct options *options, const struct view *view)
{
	size_t n[N_CHANNEL_KINDS] = { 0 };

	if (view->n_named > 0 || view->n_rows == 0 || options->quiet || options->no_legend || options->json)
		return;
	for (size_t i = 0; i < view->n_rows; i++)
		n[channel_kind_index(view->rows[i].kind)]++;
	escape_print_line(
		"no channels; 'kipcctl list --foreign' shows %zu %s, %zu %s and %zu %s without a name", n[0],
		plural(n[0], "queue", "queues"), n[1], plural(n[1], "segment", "segments"), n[2],
		plural(n[2], "semaphore set", "semaphore sets"));
}

static int print_rows(const struct invocation *invocation, struct table *table, enum status *ret_status)
{
	struct view *view;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return r;
	view_note(invocation, view);
	for (size_t i = 0; r == 0 && i < view->n_rows; i++)
		if (row_is_wanted(invocation->options, &view->rows[i]))
			r = table_add(table, &view->rows[i]);
	if (r == 0 && table_looks(table) != 0)
		r = look_at_rows(view, (const struct view_row *const *)table->rows, table->n_rows,
				 table_looks(table));
	if (r == 0)
		r = table_print(table);
	if (r == 0 && table->n_rows == 0)
		note_foreign(invocation->options, view);
	*ret_status = view_note_status(view);
	view_free(view);
	return r;
}

/* The sums of the rows that would be shown. */
static int print_groups(const struct invocation *invocation, enum group_by by, struct table *table,
			enum status *ret_status)
{
	const struct view_row **rows;
	struct groups groups = { 0 };
	struct view *view;
	size_t n_rows = 0;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return r;
	view_note(invocation, view);
	rows = calloc(view->n_rows + 1, sizeof(struct view_row *));
	for (size_t i = 0; rows != NULL && i < view->n_rows; i++)
		if (row_is_wanted(invocation->options, &view->rows[i]))
			rows[n_rows++] = &view->rows[i];
	r = rows == NULL ? -ENOMEM : groups_make(view, rows, n_rows, by, false, &groups);
	for (size_t i = 0; r == 0 && i < groups.n_items; i++)
		r = table_add(table, &groups.items[i]);
	if (r == 0)
		r = table_print(table);
	if (r == 0 && n_rows == 0)
		note_foreign(invocation->options, view);
	*ret_status = view_note_status(view);
	groups_done(&groups);
	free(rows);
	view_free(view);
	return r;
}

enum status command_list(const struct invocation *invocation)
{
	enum group_by by = groups_chosen(invocation);
	struct column group_columns[N_GROUP_COLUMNS];
	enum status status;
	struct table table;
	int r;

	groups_columns(by, group_columns);
	if (by == GROUP_BY_NOTHING
		    ? !table_init(&table, invocation, channel_columns, n_channel_columns, &status)
		    : !table_init(&table, invocation, group_columns, N_GROUP_COLUMNS, &status))
		return status;
	r = by == GROUP_BY_NOTHING ? print_rows(invocation, &table, &status)
				   : print_groups(invocation, by, &table, &status);
	status = r < 0 ? errors_end(invocation, NULL, r) : status;
	table_done(&table);
	return status;
}
