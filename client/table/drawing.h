/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_DRAWING_H
#define KIPC_CLIENT_TABLE_DRAWING_H

/*
 * A table as text: columns as wide as their widest cell, narrowed until they fit the terminal. What was cut shows it: an
 * ellipsis, or ~ where the locale has none.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What may go of a cell where there is too little room. */
enum drawing_cut {
	DRAWING_CUT_NOTHING,
	DRAWING_CUT_END,
	DRAWING_CUT_MIDDLE, /* of names, which often differ at their ends; more of them is kept */
};

struct drawing_column {
	const char *heading;
	bool is_right; /* at the right of its column, as numbers are */
	enum drawing_cut cut;

	size_t width; /* the drawing's affair */
};

struct drawing {
	struct drawing_column *columns; /* the caller's */
	size_t n_columns;
	bool has_headings;
	bool may_drop; /* the last columns, where there is no room for all: set it before it is printed */
	struct drawing_cell *cells; /* row by row */
	size_t n_cells;
	char *text; /* of all cells */
	size_t n_text, text_room;
};

/* An empty drawing. The headings are a row of their own unless has_headings is false. */
void drawing_init(struct drawing *drawing, struct drawing_column *columns, size_t n_columns,
		  bool has_headings);
void drawing_done(struct drawing *drawing);

/*
 * The next cell of a row, or the first of the next one. What cannot be printed in the user's locale is escaped, \xNN each
 * byte. `color` is "red" or "yellow"; NULL: none. -ENOMEM.
 */
int drawing_add(struct drawing *drawing, const char *text, const char *color);

/*
 * `width` is that of the terminal, 0: there is none, and nothing is cut. Lines are longer only if no column may be dropped. How
 * many columns were printed.
 */
size_t drawing_print(struct drawing *drawing, FILE *out, size_t width);

#endif
