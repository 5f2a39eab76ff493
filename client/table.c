/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rows and columns, printed through grid.c or json-c. Called by list, limits and plan, and by show for its JSON. The
 * grid cuts what does not fit a terminal and escapes what must not reach one; json-c writes all JSON.
 */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/grid.h"
#include "client/report.h"
#include "client/table.h"
#include "common/grammar.h"

void column_get_member(const struct column *column, const void *base, struct value *value)
{
	const char *p = (const char *)base + column->offset;

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

void column_list_done(struct column_list *list)
{
	free(list->items);
	*list = (struct column_list){ 0 };
}

const struct column *column_find(const struct column *columns, size_t n_columns, const char *name,
				 size_t n_name)
{
	for (size_t i = 0; i < n_columns; i++)
		if (strlen(columns[i].name) == n_name && memcmp(columns[i].name, name, n_name) == 0)
			return &columns[i];
	return NULL;
}

#define COLUMNS_MAX 64 /* more than any table has; only a hint would be missing */

static void report_unknown_column(const struct invocation *invocation, const struct column *columns,
				  size_t n_columns, const char *name, size_t n_name)
{
	const char *words[COLUMNS_MAX + 1] = { NULL };
	const char *nearest;
	char word[64];

	snprintf(word, sizeof word, "%.*s", (int)(n_name < sizeof word ? n_name : sizeof word - 1), name);
	for (size_t i = 0; i < n_columns && i < COLUMNS_MAX; i++)
		words[i] = columns[i].name;
	nearest = grammar_nearest(word, words);
	if (nearest != NULL)
		(void)report(invocation, NULL, STATUS_USAGE, "there is no column '%s'; did you mean '%s'?",
			     word, nearest);
	else
		(void)report(invocation, NULL, STATUS_USAGE,
			     "there is no column '%s'; --columns=help lists them", word);
}

static int column_list_add(struct column_list *list, const struct column *column)
{
	const struct column **items = reallocarray(list->items, list->n_items + 1, sizeof(struct column *));

	if (items == NULL)
		return -ENOMEM;
	list->items = items;
	items[list->n_items++] = column;
	return 0;
}

static int choose_named(const struct invocation *invocation, const struct column *columns, size_t n_columns,
			struct column_list *list)
{
	const char *word = invocation->options->columns;
	int r = 0;

	for (;;) {
		size_t n = strcspn(word, ",");
		const struct column *column = column_find(columns, n_columns, word, n);

		if (column == NULL) {
			report_unknown_column(invocation, columns, n_columns, word, n);
			return -EINVAL;
		}
		r = column_list_add(list, column);
		if (r < 0 || word[n] == '\0')
			return r;
		word += n + 1;
	}
}

static int choose_by_flags(const struct invocation *invocation, const struct column *columns,
			   size_t n_columns, struct column_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_columns; i++) {
		unsigned flags = columns[i].flags;
		bool wanted = invocation->options->json ? (flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY)) == 0
							: (flags & COLUMN_DEFAULT) != 0;

		if (wanted)
			r = column_list_add(list, &columns[i]);
	}
	return r;
}

int column_list_choose(const struct invocation *invocation, const struct column *columns, size_t n_columns,
		       struct column_list *ret_list)
{
	struct column_list list = { 0 };
	int r;

	if (invocation->options->columns != NULL)
		r = choose_named(invocation, columns, n_columns, &list);
	else
		r = choose_by_flags(invocation, columns, n_columns, &list);
	if (r < 0) {
		column_list_done(&list);
		return r;
	}
	*ret_list = list;
	return 0;
}

/* A row of the columns' own table: what --columns=help shows. */
static const struct column help_columns[] = {
	{ "name", "NAME", NULL, .flags = COLUMN_DEFAULT, column_get_member, .type = VALUE_TEXT,
	  COLUMN_MEMBER(struct column, name) },
	{ "help", "SHOWS", NULL, .flags = COLUMN_DEFAULT | COLUMN_ELASTIC, column_get_member,
	  .type = VALUE_TEXT, COLUMN_MEMBER(struct column, help) },
};

int column_print_help(const struct invocation *invocation, const struct column *columns, size_t n_columns)
{
	const struct column *shown[] = { &help_columns[0], &help_columns[1] };
	const struct column_list list = { .items = shown, .n_items = 2 };
	const struct value_style style = { 0 };
	const void **rows = reallocarray(NULL, n_columns, sizeof *rows);
	int r;

	if (rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_columns; i++)
		rows[i] = &columns[i];
	r = table_print(invocation, &list, &style, rows, n_columns);
	free(rows);
	return r;
}

/* A row with the value it is sorted by, fetched once. */
struct sort_item {
	const void *row;
	size_t place; /* before sorting: keeps equal ones in order */
	struct value value;
};

struct sort_order {
	const struct value_style *style;
	bool descending;
};

static int compare_items(const void *a, const void *b, void *context)
{
	const struct sort_item *one = *(struct sort_item *const *)a, *other = *(struct sort_item *const *)b;
	const struct sort_order *order = context;
	bool has_both = one->value.type != VALUE_NONE && other->value.type != VALUE_NONE;
	int r = value_compare(&one->value, &other->value, order->style);

	if (r != 0)
		return order->descending && has_both ? -r : r; /* what is not known stays at the end */
	return one->place < other->place ? -1 : 1;
}

static int sort_rows(const struct column *column, struct sort_order *order, const void **rows, size_t n_rows)
{
	struct sort_item *items = calloc(n_rows + 1, sizeof *items);
	struct sort_item **places = calloc(n_rows + 1, sizeof *places);

	if (items == NULL || places == NULL) {
		free(items);
		free(places);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_rows; i++) {
		items[i].row = rows[i];
		items[i].place = i;
		column->get(column, rows[i], &items[i].value);
		places[i] = &items[i];
	}
	qsort_r(places, n_rows, sizeof *places, compare_items, order);
	for (size_t i = 0; i < n_rows; i++)
		rows[i] = places[i]->row;
	for (size_t i = 0; i < n_rows; i++)
		value_done(&items[i].value);
	free(items);
	free(places);
	return 0;
}

int table_sort(const struct invocation *invocation, const struct column *columns, size_t n_columns,
	       const struct value_style *style, const void **rows, size_t n_rows)
{
	const char *name = invocation->options->sort;
	struct sort_order order = { .style = style, .descending = name[0] == '-' };
	const struct column *column;

	name += order.descending;
	column = column_find(columns, n_columns, name, strlen(name));
	if (column == NULL) {
		report_unknown_column(invocation, columns, n_columns, name, strlen(name));
		return -EINVAL;
	}
	return sort_rows(column, &order, rows, n_rows);
}

int table_row_to_json(const struct column_list *columns, const struct value_style *style, const void *row,
		      struct json_object **ret_json)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < columns->n_items; i++) {
		const struct column *column = columns->items[i];
		struct json_object *member = NULL;
		struct value value = { 0 };
		int r;

		column->get(column, row, &value);
		r = value_to_json(&value, style, &member);
		value_done(&value);
		if (r == 0 && json_object_object_add_ex(object, column->name, member,
							JSON_C_OBJECT_ADD_CONSTANT_KEY) < 0) {
			json_object_put(member);
			r = -ENOMEM;
		}
		if (r < 0) {
			json_object_put(object);
			return r;
		}
	}
	*ret_json = object;
	return 0;
}

int table_print_json(struct json_object *json)
{
	int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	/* "[]" on one line, which a shell can compare with. */
	if (json_object_is_type(json, json_type_array) && json_object_array_length(json) == 0)
		flags = JSON_C_TO_STRING_PLAIN;
	text = json_object_to_json_string_ext(json, flags);
	if (text == NULL)
		return -ENOMEM;
	puts(text); /* whether it arrived is looked at once, at the end of the verb */
	return 0;
}

static int print_as_json(const struct column_list *columns, const struct value_style *style,
			 const void *const *rows, size_t n_rows)
{
	struct json_object *array = json_object_new_array();
	int r = array == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < n_rows; i++) {
		struct json_object *object;

		r = table_row_to_json(columns, style, rows[i], &object);
		if (r == 0 && json_object_array_add(array, object) < 0) {
			json_object_put(object);
			r = -ENOMEM;
		}
	}
	if (r == 0)
		r = table_print_json(array);
	json_object_put(array);
	return r;
}

static int fill_grid(struct grid *grid, const struct column_list *columns, const struct value_style *style,
		     const void *row, bool with_colors)
{
	char buffer[VALUE_TEXT_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < columns->n_items; i++) {
		const struct column *column = columns->items[i];
		const char *color = with_colors && column->color != NULL ? column->color(row) : NULL;
		struct value value = { 0 };

		column->get(column, row, &value);
		r = grid_add(grid, value_to_string(&value, style, buffer, sizeof buffer), color);
		value_done(&value);
	}
	return r;
}

static int print_as_text(const struct invocation *invocation, const struct column_list *columns,
			 const struct value_style *style, const void *const *rows, size_t n_rows)
{
	struct grid_column *grid_columns = calloc(columns->n_items, sizeof *grid_columns);
	const char *no_color = getenv("NO_COLOR");
	bool with_colors = isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
	struct grid *grid = grid_new(grid_columns, columns->n_items);
	int r = grid == NULL || grid_columns == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < columns->n_items; i++)
		grid_columns[i] = (struct grid_column){
			.heading = columns->items[i]->heading,
			.is_right = (columns->items[i]->flags & COLUMN_RIGHT) != 0,
			.is_elastic = (columns->items[i]->flags & COLUMN_ELASTIC) != 0,
		};
	for (size_t i = 0; r == 0 && i < n_rows; i++)
		r = fill_grid(grid, columns, style, rows[i], with_colors);
	if (r == 0)
		r = grid_print(grid, !invocation->options->no_legend);
	grid_free(grid);
	free(grid_columns);
	return r;
}

int table_print(const struct invocation *invocation, const struct column_list *columns,
		const struct value_style *style, const void *const *rows, size_t n_rows)
{
	if (invocation->options->json)
		return print_as_json(columns, style, rows, n_rows);
	return print_as_text(invocation, columns, style, rows, n_rows);
}
