/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_DRAWING_H
#define KIPC_CLIENT_TABLE_DRAWING_H

/*
 * A table as text: columns as wide as their widest cell, narrowed until they fit the terminal. A cut cell has an
 * ellipsis, or ~ if the locale has none.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The part of a cell that may be cut on a narrow terminal. */
enum drawing_cut {
	DRAWING_CUT_NOTHING,
	DRAWING_CUT_END,
	DRAWING_CUT_MIDDLE, /* of names, which often differ at their ends; more of a name is kept */
};

struct drawing_column {
	const char *heading;
	bool is_right; /* right-aligned, like numbers */
	enum drawing_cut cut;

	size_t width; /* set by the drawing */
};

struct drawing {
	struct drawing_column *columns; /* of the caller */
	size_t n_columns;
	bool has_headings;
	bool may_drop; /* the last columns may be left out; set by the caller before drawing_print() */
	struct drawing_cell *cells; /* row by row */
	size_t n_cells;
	char *text; /* of all cells */
	size_t n_text, text_room;
};

/* An empty drawing, with or without a row of headings. */
void drawing_init(struct drawing *drawing, struct drawing_column *columns, size_t n_columns,
		  bool has_headings);
void drawing_done(struct drawing *drawing);

/*
 * Adds the next cell, row by row. Bytes that the locale cannot print are escaped as \xNN. `color` is "red", "yellow" or
 * NULL. -ENOMEM.
 */
int drawing_add(struct drawing *drawing, const char *text, const char *color);

/*
 * `width` is that of the terminal; 0: there is none, and nothing is cut. Lines are wider only if no column may be
 * dropped. Returns how many columns were printed.
 */
size_t drawing_print(struct drawing *drawing, FILE *out, size_t width);

#endif
