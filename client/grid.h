/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_GRID_H
#define KIPC_CLIENT_GRID_H

/*
 * Texts in columns on standard output, as wide as they need; on a terminal cut to its width, and escaped always.
 *
 * libsmartcols does this too, and measures each character of each cell several times over: with it, two thirds of
 * the time of a list of ten thousand channels went into finding out how wide ASCII is.
 */

#include <stdbool.h>
#include <stddef.h>

struct grid_column {
	const char *heading;
	bool is_right;	 /* aligned to the right */
	bool is_elastic; /* may be cut where the terminal is too narrow */
};

struct grid;

/* The columns must outlive the grid. */
struct grid *grid_new(const struct grid_column *columns, size_t n_columns);
struct grid *grid_free(struct grid *grid);

/* The next cell, row by row. `color`: an escape sequence or NULL; it must outlive the grid. -ENOMEM. */
int grid_add(struct grid *grid, const char *text, const char *color);

/* Prints all rows; nothing, not even headings, where there is none. -ENOMEM. */
int grid_print(const struct grid *grid, bool with_headings);

#endif
