/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_H
#define KIPC_CLIENT_TABLE_H

/*
 * Tables of rows and columns. One array of columns drives the text table, the keys of the JSON objects,
 * --columns= and --sort=: whoever adds a row to it is done.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/command.h"
#include "client/value.h"

#define COLUMN_DEFAULT (1U << 0)   /* shown when nothing else is asked for */
#define COLUMN_RIGHT (1U << 1)	   /* numbers */
#define COLUMN_ELASTIC (1U << 2)   /* may be cut where the terminal is too narrow */
#define COLUMN_COSTLY (1U << 3)	   /* looks beyond the row: not in JSON unless asked for */
#define COLUMN_TEXT_ONLY (1U << 4) /* sums up others: not in JSON unless asked for */

struct column {
	const char *name; /* the word of the configuration and the JSON key */
	const char *heading;
	const char *help;
	unsigned flags;
	/* Writes the value of a row; leaving it alone means VALUE_NONE. */
	void (*get)(const struct column *column, const void *row, struct value *value);
	/* An escape sequence that sets a color, or NULL; the member may be NULL itself. */
	const char *(*color)(const void *row);

	/* For `get`: where in the row (or in what it points to) the value lies, and what it is. */
	enum value_type type;
	size_t offset, size;
	unsigned kinds; /* enum kipc_kind: which of them have it; 0: all */
};

/* Where a member lies, for the last line of a struct column. */
#define COLUMN_MEMBER(structure, member)                                                                     \
	.offset = offsetof(structure, member), .size = sizeof(((structure *)NULL)->member)

/* The value at column->offset of `base`. */
void column_get_member(const struct column *column, const void *base, struct value *value);

/* A choice of columns, in order. */
struct column_list {
	const struct column **items;
	size_t n_items;
};
void column_list_done(struct column_list *list);

/*
 * The columns that --columns= names ("a,b"), or without it those of the table (JSON: of an object) by their
 * flags. -EINVAL after having said which word is unknown.
 */
int column_list_choose(const struct invocation *invocation, const struct column *columns, size_t n_columns,
		       struct column_list *ret_list);

const struct column *column_find(const struct column *columns, size_t n_columns, const char *name,
				 size_t n_name);

/* What --columns=help prints. */
int column_print_help(const struct invocation *invocation, const struct column *columns, size_t n_columns);

/*
 * Sorts by a column: "NAME" or "-NAME"; rows that are equal keep their order. -EINVAL after having said what is
 * unknown; -ENOMEM.
 */
int table_sort(const struct invocation *invocation, const struct column *columns, size_t n_columns,
	       const struct value_style *style, const void **rows, size_t n_rows);

/* Prints rows as a table or, with --json, as one array of objects. -ENOMEM, -EIO. */
int table_print(const struct invocation *invocation, const struct column_list *columns,
		const struct value_style *style, const void *const *rows, size_t n_rows);

/* One row as a JSON object. */
int table_row_to_json(const struct column_list *columns, const struct value_style *style, const void *row,
		      struct json_object **ret_json);

/* Prints a JSON value and a newline to standard output. -ENOMEM. */
int table_print_json(struct json_object *json);

#endif
