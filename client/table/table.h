/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_TABLE_H
#define KIPC_CLIENT_TABLE_TABLE_H

/*
 * Tables of rows and columns. One array of columns gives the text table, the keys of the JSON objects, and the words of
 * --columns= and --sort=.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/base/command.h"
#include "client/table/value.h"

#define COLUMN_DEFAULT (1U << 0)   /* shown without --columns */
#define COLUMN_RIGHT (1U << 1)	   /* numbers */
#define COLUMN_ELASTIC (1U << 2)   /* may be cut on a narrow terminal */
#define COLUMN_COSTLY (1U << 3)	   /* needs more than the row: only in JSON if --columns names it */
#define COLUMN_TEXT_ONLY (1U << 4) /* combines others: only in JSON if --columns names it */
#define COLUMN_PLACE (1U << 6)	   /* shown if, and only if, rows are of several IPC namespaces */
#define COLUMN_IN_TITLE (1U << 5)  /* in the title of a card, or expressed there in another way */
#define COLUMN_NAME (1U << 7)	   /* cut in the middle on a narrow terminal, unless --columns names it */

struct column {
	const char *name; /* as in the configuration and JSON */
	const char *heading;
	const char *help;
	unsigned flags;
	/* Sets the value for a row; unset, it is VALUE_NONE. */
	void (*get)(const struct column *column, const void *row, struct value *value);
	/* The name of a color, or NULL. The member itself can be NULL. */
	const char *(*color)(const void *row);

	/* For `get`: the type of the value, and its place in the row or in what the row points to. */
	enum value_type type;
	size_t offset, size;
	unsigned kinds; /* enum kipc_kind: those that have the value; 0: all */

	unsigned looks; /* LOOK_… of look.h that `get` needs; only in JSON if --columns names it */
};

/* The place of a member, for the last line of a struct column. */
#define COLUMN_MEMBER(structure, member)                                                                     \
	.offset = offsetof(structure, member), .size = sizeof(((structure *)NULL)->member)

/* A `get`: the value at column->offset in the row. */
void column_get_member(const struct column *column, const void *row, struct value *value);

/* Adds the value of a row to a JSON object. -ENOMEM. */
int column_add_to_json(const struct column *column, const void *row, struct value_style *style,
		       struct json_object *object);

/* The chosen columns, and the rows so far, which must outlive the table. */
struct table {
	const struct invocation *invocation;
	const struct column *columns; /* all */
	size_t n_columns;
	const struct column **chosen; /* in order */
	size_t n_chosen;
	const void **rows;
	size_t n_rows;
	const struct column *sort; /* NULL: in the order of table_add() */
	struct value_style style;
};

/*
 * An empty table with the columns that --columns= names ("a,b"), or with those that are shown by default. False: the
 * verb is done, and returns *ret_status without table_done(): an unknown word was reported, or --columns=help answered.
 */
bool table_init(struct table *table, const struct invocation *invocation, const struct column *columns,
		size_t n_columns, enum status *ret_status);
void table_done(struct table *table);

/* The LOOK_… that the chosen columns need. */
unsigned table_looks(const struct table *table);

/* -ENOMEM. */
int table_add(struct table *table, const void *row);

/*
 * Prints the rows, sorted as --sort= says ("NAME" or "-NAME"; equal rows keep their order), as a table or, with --json,
 * as an array of objects. -ENOMEM.
 */
int table_print(struct table *table);

/* Sorts rows by a column. Equal rows keep their order; unknown values stay at the end. -ENOMEM. */
int table_sort_rows(const void **rows, size_t n_rows, const struct column *column, bool is_descending,
		    struct value_style *style);

/* Prints a JSON value and a newline to standard output. -ENOMEM. */
int table_print_json(struct json_object *json);

#endif
