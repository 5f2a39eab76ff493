/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_TABLE_H
#define KIPC_CLIENT_TABLE_TABLE_H

/*
 * Tables of rows and columns. One array of columns drives the text table, the keys of the JSON objects,
 * --columns= and --sort=: whoever adds a row to it is done.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/base/command.h"
#include "client/table/value.h"

#define COLUMN_DEFAULT (1U << 0)   /* shown when nothing else is asked for */
#define COLUMN_RIGHT (1U << 1)	   /* numbers */
#define COLUMN_ELASTIC (1U << 2)   /* may be cut where the terminal is too narrow */
#define COLUMN_COSTLY (1U << 3)	   /* looks beyond the row: not in JSON unless asked for */
#define COLUMN_TEXT_ONLY (1U << 4) /* sums up others: not in JSON unless asked for */
#define COLUMN_PLACE (1U << 6)	   /* shown where rows are of several IPC namespaces, and only there */
#define COLUMN_IN_TITLE (1U << 5)  /* a card has it in its title, or says it in other words */
#define COLUMN_NAME                                                                                          \
	(1U << 7) /* shortened in its middle on a narrow terminal, unless --columns asked for it */

struct column {
	const char *name; /* the word of the configuration and the JSON key */
	const char *heading;
	const char *help;
	unsigned flags;
	/* Writes the value of a row; leaving it alone means VALUE_NONE. */
	void (*get)(const struct column *column, const void *row, struct value *value);
	/* The name of a color, or NULL; the member may be NULL itself. */
	const char *(*color)(const void *row);

	/* For `get`: where in the row (or in what it points to) the value lies, and what it is. */
	enum value_type type;
	size_t offset, size;
	unsigned kinds; /* enum kipc_kind: which of them have it; 0: all */

	unsigned looks; /* LOOK_… of look.h, which `get` needs first; not in JSON unless asked for */
};

/* Where a member lies, for the last line of a struct column. */
#define COLUMN_MEMBER(structure, member)                                                                     \
	.offset = offsetof(structure, member), .size = sizeof(((structure *)NULL)->member)

/* A `get`: the value at column->offset of the row. */
void column_get_member(const struct column *column, const void *row, struct value *value);

/* The value of a row as a member of a JSON object. -ENOMEM. */
int column_add_to_json(const struct column *column, const void *row, struct value_style *style,
		       struct json_object *object);

/* The columns that the command line chose, and the rows so far, which must outlive the table. */
struct table {
	const struct invocation *invocation;
	const struct column *columns; /* all there are */
	size_t n_columns;
	const struct column **chosen; /* in order */
	size_t n_chosen;
	const void **rows;
	size_t n_rows;
	const struct column *sort; /* NULL: as the rows came */
	struct value_style style;
};

/*
 * An empty table with the columns that --columns= names ("a,b"), or without it those that are shown by their flags.
 * False when the verb is done: an unknown word in --columns= or --sort= was reported, or --columns=help answered;
 * nothing is to be freed then, and *ret_status is what to end with.
 */
bool table_init(struct table *table, const struct invocation *invocation, const struct column *columns,
		size_t n_columns, enum status *ret_status);
void table_done(struct table *table);

/* LOOK_…: what has to be looked at for the columns that were chosen. */
unsigned table_looks(const struct table *table);

/* -ENOMEM. */
int table_add(struct table *table, const void *row);

/*
 * Prints the rows, sorted as --sort= wants ("NAME" or "-NAME"; equal ones keep their order), as a table or, with
 * --json, as one array of objects. -ENOMEM.
 */
int table_print(struct table *table);

/* Sorts rows by a column; equal ones keep their order, and what is not known stays at the end. -ENOMEM. */
int table_sort_rows(const void **rows, size_t n_rows, const struct column *column, bool is_descending,
		    struct value_style *style);

/* Prints a JSON value and a newline to standard output. -ENOMEM. */
int table_print_json(struct json_object *json);

#endif
