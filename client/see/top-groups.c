/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sums as a table in memory; the screen shows a part of it, --once all. */

#include "client/see/top-groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/table/drawing.h"

static int add_row(struct drawing *drawing, const struct column *columns, const struct group_sum *group,
		   struct value_style *style)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < N_GROUP_COLUMNS; i++) {
		struct value value = { 0 };
		char buffer[VALUE_TEXT_MAX];

		if ((columns[i].flags & COLUMN_DEFAULT) == 0)
			continue;
		columns[i].get(&columns[i], group, &value);
		r = drawing_add(drawing, value_to_string(&value, style, buffer), NULL);
		value_done(&value);
	}
	return r;
}

static int draw(const struct column *columns, const void *const *rows, size_t n_rows, bool has_headings,
		size_t width, struct value_style *style, FILE *out)
{
	struct drawing_column drawn[N_GROUP_COLUMNS] = { 0 };
	struct drawing drawing;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < N_GROUP_COLUMNS; i++)
		if (columns[i].flags & COLUMN_DEFAULT)
			drawn[n++] = (struct drawing_column){
				.heading = columns[i].heading,
				.is_right = (columns[i].flags & COLUMN_RIGHT) != 0,
				.cut = (columns[i].flags & COLUMN_ELASTIC) != 0 ? DRAWING_CUT_END
										: DRAWING_CUT_NOTHING,
			};
	drawing_init(&drawing, drawn, n, has_headings);
	drawing.may_drop = true;
	for (size_t i = 0; r == 0 && i < n_rows; i++)
		r = add_row(&drawing, columns, rows[i], style);
	if (r == 0)
		(void)drawing_print(&drawing, out, width);
	drawing_done(&drawing);
	return r;
}

static int format(const struct groups *groups, const char *sort, bool is_descending, bool has_headings,
		  size_t width, struct value_style *style, FILE *out)
{
	const void **rows = calloc(groups->n_items + 1, sizeof(void *));
	struct column columns[N_GROUP_COLUMNS];
	int r = rows == NULL ? -ENOMEM : 0;

	groups_columns(groups->by, columns);
	for (size_t i = 0; r == 0 && i < groups->n_items; i++)
		rows[i] = &groups->items[i];
	for (size_t i = 0; r == 0 && sort != NULL && i < N_GROUP_COLUMNS; i++)
		if (strcmp(columns[i].name, sort) == 0)
			r = table_sort_rows(rows, groups->n_items, &columns[i], is_descending, style);
	if (r == 0)
		r = draw(columns, rows, groups->n_items, has_headings, width, style, out);
	free(rows);
	return r;
}

int top_groups_format(struct view *view, const struct view_row *const *rows, size_t n_rows, enum group_by by,
		      const char *sort, bool is_descending, bool has_headings, size_t width,
		      struct value_style *style, char **ret_text)
{
	struct groups groups = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out;
	int r;

	r = groups_make(view, rows, n_rows, by, false, &groups);
	if (r < 0)
		return r;
	out = open_memstream(&text, &size);
	r = out == NULL ? -ENOMEM : format(&groups, sort, is_descending, has_headings, width, style, out);
	if (out != NULL && fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	groups_done(&groups);
	if (r == 0)
		*ret_text = text;
	else
		free(text);
	return r;
}
