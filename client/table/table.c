/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The choice of columns and rows, and their output as text or JSON. */

#include "client/table/table.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/grow.h"
#include "client/table/color.h"
#include "client/table/drawing.h"
#include "client/table/json-text.h"
#include "client/table/words.h"
#include "common/escape.h"
#include "common/grammar.h"
#include "common/plural.h"

void column_get_member(const struct column *column, const void *row, struct value *value)
{
	const char *p = (const char *)row + column->offset;

	if (column->type == VALUE_TEXT) {
		const char *text;

		memcpy(&text, p, sizeof text);
		value_set_text(value, text);
		return;
	}
	switch (column->size) {
	case sizeof(uint8_t):
		value_set_number(value, column->type, *(const uint8_t *)p);
		break;
	case sizeof(uint32_t):
		value_set_number(value, column->type, *(const uint32_t *)p);
		break;
	case sizeof(uint64_t):
		value_set_number(value, column->type, *(const uint64_t *)p);
		break;
	}
}

int column_add_to_json(const struct column *column, const void *row, struct value_style *style,
		       struct json_object *object)
{
	struct json_object *member = NULL;
	struct value value = { 0 };
	int r;

	column->get(column, row, &value);
	r = value_to_json(&value, style, &member);
	value_done(&value);
	if (r == 0 &&
	    json_object_object_add_ex(object, column->name, member, JSON_C_OBJECT_ADD_CONSTANT_KEY) < 0) {
		json_object_put(member);
		r = -ENOMEM;
	}
	return r;
}

/* -- choosing columns and rows --------------------------------------------------------------------------- */

#define COLUMNS_MAX 80 /* more than any table has; beyond it, only a hint is missing */

static const struct column *find_column(const struct table *table, const char *name, size_t n_name)
{
	const char *known[COLUMNS_MAX + 1] = { NULL };

	for (size_t i = 0; i < table->n_columns; i++)
		if (words_equal(name, n_name, table->columns[i].name))
			return &table->columns[i];
	for (size_t i = 0; i < table->n_columns && i < COLUMNS_MAX; i++)
		known[i] = table->columns[i].name;
	(void)words_report_unknown(table->invocation, "column", name, n_name, known,
				   table->invocation->command->options.has[OPTION_COLUMNS]
					   ? "--columns=help lists them"
					   : "'kipcctl list --columns=help' lists them");
	return NULL;
}

static int choose_column(struct table *table, const struct column *column)
{
	const struct column **chosen =
		reallocarray(table->chosen, table->n_chosen + 1, sizeof(struct column *));

	if (chosen == NULL)
		return -ENOMEM;
	table->chosen = chosen;
	chosen[table->n_chosen++] = column;
	return 0;
}

static int choose_named_columns(struct table *table)
{
	const char *list = table->invocation->options->columns, *word;
	size_t n;
	int r = 0;

	while (r == 0 && (word = words_next(&list, &n)) != NULL) {
		const struct column *column = find_column(table, word, n);

		r = column == NULL ? -EINVAL : choose_column(table, column);
	}
	return r;
}

static int choose_columns_by_flags(struct table *table)
{
	bool json = table->invocation->options->json;
	int r = 0;

	for (size_t i = 0; r == 0 && i < table->n_columns; i++) {
		unsigned flags = table->columns[i].flags;

		if ((flags & COLUMN_PLACE) != 0 ? table->invocation->options->ipc_of == IPC_OF_ALL
		    : json ? (flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY)) == 0 && table->columns[i].looks == 0
			   : (flags & COLUMN_DEFAULT) != 0)
			r = choose_column(table, &table->columns[i]);
	}
	return r;
}

static int choose_sort_column(struct table *table)
{
	const char *name = table->invocation->options->sort;

	if (name == NULL)
		return 0;
	name += name[0] == '-';
	table->sort = find_column(table, name, strlen(name));
	return table->sort == NULL ? -EINVAL : 0;
}

/* --columns=help: a table whose rows are the columns of this one. */
static int print_help(const struct table *table)
{
	static const struct column help_columns[] = {
		{ "name", "NAME", NULL, 0, column_get_member, .type = VALUE_TEXT,
		  COLUMN_MEMBER(struct column, name) },
		{ "help", "SHOWS", NULL, COLUMN_ELASTIC, column_get_member, .type = VALUE_TEXT,
		  COLUMN_MEMBER(struct column, help) },
	};
	struct table help = { .invocation = table->invocation };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof help_columns / sizeof *help_columns; i++)
		r = choose_column(&help, &help_columns[i]);
	for (size_t i = 0; r == 0 && i < table->n_columns; i++)
		r = table_add(&help, &table->columns[i]);
	if (r == 0)
		r = table_print(&help);
	table_done(&help);
	return r;
}

bool table_init(struct table *table, const struct invocation *invocation, const struct column *columns,
		size_t n_columns, enum status *ret_status)
{
	const struct options *options = invocation->options;
	int r;

	*table = (struct table){
		.invocation = invocation,
		.columns = columns,
		.n_columns = n_columns,
		.style.bytes = options->bytes,
	};
	if (options->columns != NULL && strcmp(options->columns, "help") == 0) {
		*ret_status = errors_end(invocation, NULL, print_help(table));
		return false;
	}
	r = options->columns != NULL ? choose_named_columns(table) : choose_columns_by_flags(table);
	if (r == 0)
		r = choose_sort_column(table);
	if (r == 0)
		return true;
	table_done(table);
	*ret_status = r == -EINVAL ? STATUS_USAGE : errors_end(invocation, NULL, r);
	return false;
}

void table_done(struct table *table)
{
	accounts_done(&table->style.accounts);
	free(table->chosen);
	free(table->rows);
	*table = (struct table){ 0 };
}

unsigned table_looks(const struct table *table)
{
	unsigned looks = table->sort != NULL ? table->sort->looks : 0;

	for (size_t i = 0; i < table->n_chosen; i++)
		looks |= table->chosen[i]->looks;
	return looks;
}

int table_add(struct table *table, const void *row)
{
	if (grow(&table->rows, table->n_rows, sizeof *table->rows) < 0)
		return -ENOMEM;
	table->rows[table->n_rows++] = row;
	return 0;
}

/* -- sorting --------------------------------------------------------------------------------------------- */

/* A row and the value by which it is sorted. */
struct sort_item {
	const void *row;
	size_t place; /* before sorting, to keep equal rows in order */
	struct value value;
};

struct sorting {
	bool is_descending;
	struct value_style *style;
};

static int compare_items(const void *a, const void *b, void *context)
{
	const struct sort_item *one = a, *other = b;
	const struct sorting *sorting = context;
	bool has_both = one->value.type != VALUE_NONE && other->value.type != VALUE_NONE;
	int r = value_compare(&one->value, &other->value, sorting->style);

	if (r != 0)
		return sorting->is_descending && has_both ? -r : r; /* unknown values stay at the end */
	return one->place < other->place ? -1 : 1;
}

int table_sort_rows(const void **rows, size_t n_rows, const struct column *column, bool is_descending,
		    struct value_style *style)
{
	struct sorting sorting = { .is_descending = is_descending, .style = style };
	struct sort_item *items = calloc(n_rows + 1, sizeof *items);

	if (items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_rows; i++) {
		items[i].row = rows[i];
		items[i].place = i;
		column->get(column, rows[i], &items[i].value);
	}
	qsort_r(items, n_rows, sizeof *items, compare_items, &sorting);
	for (size_t i = 0; i < n_rows; i++) {
		rows[i] = items[i].row;
		value_done(&items[i].value);
	}
	free(items);
	return 0;
}

/* -- printing -------------------------------------------------------------------------------------------- */

int table_print_json(struct json_object *json)
{
	int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	/* "[]" on one line, for comparisons in a shell. */
	if (json_object_is_type(json, json_type_array) && json_object_array_length(json) == 0)
		flags = JSON_C_TO_STRING_PLAIN;
	text = json_object_to_json_string_ext(json, flags);
	if (text == NULL)
		return -ENOMEM;
	puts(text); /* control-half.c checks for errors at the end of the verb */
	return 0;
}

/* `"name": null` for each chosen column, made once for all rows. */
struct json_keys {
	char *text;
	size_t *sizes;
};

static int json_keys_init(struct json_keys *keys, const struct table *table)
{
	size_t room = 1;
	char *end;

	for (size_t i = 0; i < table->n_chosen; i++)
		room += strlen(table->chosen[i]->name) + sizeof ",\n    \"\": null";
	keys->text = end = malloc(room);
	keys->sizes = calloc(table->n_chosen + 1, sizeof *keys->sizes);
	if (keys->text == NULL || keys->sizes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_chosen; i++) {
		keys->sizes[i] = (size_t)sprintf(end, "%s\n    \"%s\": null", i > 0 ? "," : "",
						 table->chosen[i]->name);
		end += keys->sizes[i];
	}
	return 0;
}

static void put_row(struct table *table, const void *row, const struct json_keys *keys, struct block *block)
{
	struct value value = { 0 };
	const char *key = keys->text;

	block_put(block, "  {", 3);
	for (size_t i = 0; i < table->n_chosen; i++) {
		table->chosen[i]->get(table->chosen[i], row, &value);
		if (value.type == VALUE_NONE) {
			block_put(block, key, keys->sizes[i]);
		} else {
			block_put(block, key, keys->sizes[i] - strlen("null"));
			value_put_json(&value, &table->style, block);
			value_done(&value);
		}
		key += keys->sizes[i];
	}
	block_put(block, "\n  }", 4);
}

/* As table_print_json() prints it. */
static int print_as_json(struct table *table)
{
	struct block *block = malloc(sizeof *block);
	struct json_keys keys = { 0 };
	int r = block == NULL ? -ENOMEM : json_keys_init(&keys, table);

	if (r == 0) {
		block_init(block, stdout);
		block_put(block, "[", 1);
		for (size_t i = 0; i < table->n_rows; i++) {
			block_put(block, i == 0 ? "\n" : ",\n", i == 0 ? 1 : 2);
			put_row(table, table->rows[i], &keys, block);
		}
		block_put(block, table->n_rows == 0 ? "]\n" : "\n]\n", table->n_rows == 0 ? 2 : 3);
		block_flush(block);
	}
	free(keys.text);
	free(keys.sizes);
	free(block);
	return r;
}

static int draw_row(struct table *table, const void *row, struct drawing *drawing, bool may_color)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < table->n_chosen; i++) {
		const struct column *column = table->chosen[i];
		struct value value = { 0 };
		char buffer[VALUE_TEXT_MAX];

		column->get(column, row, &value);
		r = drawing_add(drawing, value_to_string(&value, &table->style, buffer),
				may_color && column->color != NULL ? column->color(row) : NULL);
		value_done(&value);
	}
	return r;
}

/* The width of the terminal; 0: standard output is not a terminal. */
static size_t terminal_width(void)
{
	struct winsize size;
	int64_t columns;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return getenv("COLUMNS") != NULL &&
			       grammar_number_from_string(getenv("COLUMNS"), 1, 10000, &columns) == 0
		       ? (size_t)columns
		       : 80;
}

static enum drawing_cut column_cut(const struct column *column, bool may_drop)
{
	if ((column->flags & COLUMN_NAME) != 0)
		return may_drop ? DRAWING_CUT_MIDDLE : DRAWING_CUT_NOTHING;
	return (column->flags & COLUMN_ELASTIC) != 0 ? DRAWING_CUT_END : DRAWING_CUT_NOTHING;
}

/* Prints a command line for the columns that were left out, with the first column in front of them. */
static void note_left_out(const struct table *table, size_t n_shown)
{
	const struct options *options = table->invocation->options;
	size_t n = table->n_chosen - n_shown;
	char *list = NULL;
	size_t size;
	FILE *out;

	if (n == 0 || options->quiet || options->no_legend)
		return;
	out = open_memstream(&list, &size);
	if (out == NULL)
		return;
	fputs(table->chosen[0]->name, out);
	for (size_t i = n_shown; i < table->n_chosen; i++)
		fprintf(out, ",%s", table->chosen[i]->name);
	if (fclose(out) == 0)
		escape_print_line("no room for %zu more %s; --columns=%s prints %s", n,
				  plural(n, "column", "columns"), list, plural(n, "it", "them"));
	free(list);
}

static int print_as_text(struct table *table)
{
	bool may_drop = table->invocation->options->columns == NULL; /* named columns are always printed */
	bool may_color = color_is_wanted();
	struct drawing_column *columns = calloc(table->n_chosen + 1, sizeof *columns);
	struct drawing drawing;
	int r = 0;

	if (columns == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_chosen; i++) {
		columns[i].heading = table->chosen[i]->heading;
		columns[i].is_right = (table->chosen[i]->flags & COLUMN_RIGHT) != 0;
		columns[i].cut = column_cut(table->chosen[i], may_drop);
	}
	drawing_init(&drawing, columns, table->n_chosen, !table->invocation->options->no_legend);
	drawing.may_drop = may_drop;
	for (size_t i = 0; r == 0 && i < table->n_rows; i++)
		r = draw_row(table, table->rows[i], &drawing, may_color);
	if (r == 0)
		note_left_out(table, drawing_print(&drawing, stdout, terminal_width()));
	drawing_done(&drawing);
	free(columns);
	return r;
}

int table_print(struct table *table)
{
	int r = 0;

	if (table->sort != NULL)
		r = table_sort_rows(table->rows, table->n_rows, table->sort,
				    table->invocation->options->sort[0] == '-', &table->style);

	if (r == 0)
		r = table->invocation->options->json ? print_as_json(table) : print_as_text(table);
	return r;
}
