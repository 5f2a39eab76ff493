/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Frames for programs. The keys are those of list, and a few of top's own. */

#include "client/see/top-json.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/facts/columns.h"
#include "client/table/json-text.h"

static const char *const column_names[] = { "name",  "kind",	 "key",		"id",		"state",
					    "owner", "messages", "bytes",	"capacity",	"full",
					    "size",  "attached", "last_sender", "last_receiver" };
#define N_COLUMN_NAMES (sizeof column_names / sizeof *column_names)

static void put(struct block *block, const char *text)
{
	block_put(block, text, strlen(text));
}

static void put_key(struct block *block, const char *separator, const char *key)
{
	put(block, separator);
	json_text_put_string(block, key);
	put(block, ": ");
}

static void put_column(struct block *block, const char *separator, const struct column *column,
		       const void *row, struct value_style *style)
{
	struct value value = { 0 };

	assert(column != NULL);
	put_key(block, separator, column->name);
	column->get(column, row, &value);
	value_put_json(&value, style, block);
	value_done(&value);
}

static void put_figures(struct block *block, const struct view_row *row, const struct series *series)
{
	char text[64];
	uint64_t depth;

	put_key(block, ", ", "depth");
	if (series_depth(row, &depth))
		json_text_put_number(block, depth);
	else
		put(block, "null");
	put_key(block, ", ", "rate");
	snprintf(text, sizeof text, "%.3f", series != NULL && series->has_rate ? series->rate : 0);
	put(block, series != NULL && series->has_rate ? text : "null");
}

static void put_channel(struct block *block, const struct view_row *row, const struct series *series,
			struct value_style *style)
{
	char address[VIEW_ADDRESS_MAX];

	put_key(block, "{", "namespace");
	if (row->place != NULL)
		json_text_put_string(block, row->place->name);
	else
		put(block, "null");
	put_key(block, ", ", "address");
	json_text_put_string(block, view_row_to_address(row, address));
	for (size_t i = 0; i < N_COLUMN_NAMES; i++)
		put_column(block, ", ", columns_find(column_names[i]), row, style);
	put_figures(block, row, series);
	put(block, "}");
}

static int put_groups(struct block *block, struct view *view, const struct view_row *const *rows,
		      size_t n_rows, enum group_by by, struct value_style *style)
{
	struct column columns[N_GROUP_COLUMNS];
	struct groups groups = { 0 };
	int r;

	r = groups_make(view, rows, n_rows, by, false, &groups);
	if (r < 0)
		return r;
	groups_columns(by, columns);
	for (size_t i = 0; i < groups.n_items; i++) {
		put(block, i > 0 ? ", " : "");
		for (size_t c = 0; c < N_GROUP_COLUMNS; c++)
			put_column(block, c > 0 ? ", " : "{", &columns[c], &groups.items[i], style);
		put(block, "}");
	}
	groups_done(&groups);
	return 0;
}

int top_json_print(struct view *view, const struct view_row *const *rows, size_t n_rows,
		   const struct series_table *series, enum group_by by, struct value_style *style, FILE *out)
{
	struct block *block = malloc(sizeof *block);
	struct value now = { 0 };
	int r = 0;

	if (block == NULL)
		return -ENOMEM;
	block_init(block, out);
	value_set_number(&now, VALUE_TIME, (uint64_t)time(NULL));
	put_key(block, "{", "time");
	value_put_json(&now, style, block);
	put_key(block, ", ", "kipcd");
	put(block, view->bus != NULL ? "true" : "false");
	put_key(block, ", ", by == GROUP_BY_NOTHING ? "channels" : "groups");
	put(block, "[");
	if (by != GROUP_BY_NOTHING)
		r = put_groups(block, view, rows, n_rows, by, style);
	for (size_t i = 0; by == GROUP_BY_NOTHING && i < n_rows; i++) {
		put(block, i > 0 ? ", " : "");
		put_channel(block, rows[i], series_find(series, rows[i]), style);
	}
	put(block, "]}\n");
	if (r == 0)
		block_flush(block);
	free(block);
	return r;
}
