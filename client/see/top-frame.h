/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_FRAME_H
#define KIPC_CLIENT_SEE_TOP_FRAME_H

/* A frame of top as lines of text: the same on a screen and with --once. */

#include "client/facts/columns.h"
#include "client/facts/series.h"

#define TOP_LINE_MAX 1024 /* bytes of a line */

/* The columns that fit, and their places. */
struct top_layout {
	size_t width; /* of the terminal */
	bool is_utf8;
	size_t widths[24]; /* by the rows of the table of columns; 0: it does not fit */
};

/* has_namespaces: the rows are in several IPC namespaces, and say in which. */
void top_layout_init(struct top_layout *layout, size_t width, bool has_namespaces);

/* "14:03:12  kipcd runs  12 channels, 10 active, 1 in trouble  3 foreign  24 messages in queues, 3.4K", as much of it as fits. */
void top_format_totals(const struct view *view, size_t width, struct value_style *style,
		       char line[static TOP_LINE_MAX]);

void top_format_heading(const struct top_layout *layout, char line[static TOP_LINE_MAX]);

/* Formats one row; padded to the whole width. */
void top_format_row(const struct top_layout *layout, const struct view_row *row, const struct series *series,
		    struct value_style *style, char line[static TOP_LINE_MAX]);

/* 1 red, 2 yellow, 0 no color: the pairs of screen.h. */
int top_color(const struct view_row *row);

/* The columns that a key sorts by in turn; NULL-terminated. */
extern const char *const top_sort_names[];

#endif
