/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl limits: the kernel's limits with the sysctls that set them, how much of each is in use, and how much the declared channels
 * need. Without kipcd, the size of the objects is taken for what they need.
 */

#include "client/see/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/facts/groups.h"
#include "client/facts/kernel-limits.h"
#include "client/facts/view-note.h"
#include "client/facts/view.h"

/* A limit with today's figures. */
struct limit_row {
	const struct kernel_limit *limit;
	const struct kipc_limits *figures;
	const struct view *view;
	const struct place *place;     /* --ipc-of=all */
	const struct group_sum *group; /* NULL: all */
	uint64_t used;		       /* of the group */
};

static void get_text(const struct column *column, const void *row, struct value *value)
{
	column_get_member(column, ((const struct limit_row *)row)->limit, value);
}

/* The member of struct kernel_limit that the column names says where the figure lies. */
static void get_figure(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;
	size_t offset;

	memcpy(&offset, (const char *)limit->limit + column->offset, sizeof offset);
	if (offset != KERNEL_LIMIT_NONE)
		value_set_number(value, limit->limit->type, kernel_limit_figure(limit->figures, offset));
}

static void get_full(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;
	uint64_t most = kernel_limit_figure(limit->figures, limit->limit->limit);
	uint64_t used =
		limit->group != NULL ? limit->used : kernel_limit_figure(limit->figures, limit->limit->used);

	if (most > 0 && kernel_limit_is_used_up(limit->limit))
		value_set_number(value, VALUE_PERCENT, kernel_limit_percent(used, most));
}

static uint64_t need_of(const struct view_row *row)
{
	if (row->needs != 0 || row->object == NULL)
		return row->needs;
	switch (row->kind) {
	case KIPC_QUEUE:
		return row->object->queue.capacity;
	case KIPC_SEGMENT:
		return row->object->segment.size;
	case KIPC_SEMAPHORE:
		return row->object->semaphore.semaphores;
	}
	return 0;
}

static void get_declared(const struct column *column, const void *row, struct value *value)
{
	const struct kernel_limit *limit = ((const struct limit_row *)row)->limit;
	const struct view *view = ((const struct limit_row *)row)->view;
	uint64_t sum = 0;

	if (limit->add == NULL)
		return;
	for (size_t i = 0; i < view->n_named; i++)
		if (view->rows[i].place == ((const struct limit_row *)row)->place &&
		    view_row_is_kipcds(&view->rows[i]) && view->rows[i].kind == limit->kind)
			sum = limit->add(sum, need_of(&view->rows[i]));
	value_set_number(value, limit->type, sum);
}

static void get_namespace(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;

	if (limit->place != NULL)
		value_set_text(value, limit->place->name);
}

#define NAMESPACE                                                                                            \
	{                                                                                                    \
		"namespace", "NAMESPACE", "with --ipc-of=all: the unit or container that has these limits",  \
			COLUMN_PLACE, get_namespace                                                          \
	}
#define TEXT(member) get_text, COLUMN_MEMBER(struct kernel_limit, member), .type = VALUE_TEXT
#define FIGURE(member) get_figure, COLUMN_MEMBER(struct kernel_limit, member)

const struct column limit_columns[] = {
	NAMESPACE,
	{ "name", "NAME", "the kernel's name for it", COLUMN_DEFAULT, TEXT(name) },
	{ "limit", "LIMIT", "the limit", COLUMN_DEFAULT | COLUMN_RIGHT, FIGURE(limit) },
	{ "used", "USED", "how much is in use", COLUMN_DEFAULT | COLUMN_RIGHT, FIGURE(used) },
	{ "full", "FULL", "percentage of the limit in use", COLUMN_DEFAULT | COLUMN_RIGHT, get_full },
	{ "declared", "DECLARED", "how much the declared channels need", COLUMN_DEFAULT | COLUMN_RIGHT,
	  get_declared },
	{ "of", "OF", "what is counted", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(of) },
	{ "sysctl", "SYSCTL", "the sysctl that sets it", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(sysctl) },
};
const size_t n_limit_columns = sizeof limit_columns / sizeof *limit_columns;

/* -- by owner, creator or process --------------------------------------------------------------------------- */

static void get_of_group(const struct column *column, const void *row, struct value *value)
{
	column_get_member(column, ((const struct limit_row *)row)->group, value);
}

static void get_used_by_group(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;

	value_set_number(value, limit->limit->type, limit->used);
}

#define GROUP(member) get_of_group, COLUMN_MEMBER(struct group_sum, member)

/* The names of the third and fourth depend on what is grouped by. */
static const struct column columns_by_group[] = {
	NAMESPACE,
	{ "name", "NAME", "the kernel's name for it", COLUMN_DEFAULT, TEXT(name) },
	{ "owner", "OWNER", "user that uses it", COLUMN_DEFAULT | COLUMN_ELASTIC, GROUP(name),
	  .type = VALUE_TEXT },
	{ "uid", "UID", "numeric id of that user", COLUMN_RIGHT, GROUP(number), .type = VALUE_NUMBER },
	{ "limit", "LIMIT", "the limit", COLUMN_RIGHT, FIGURE(limit) },
	{ "used", "USED", "how much that user uses", COLUMN_DEFAULT | COLUMN_RIGHT, get_used_by_group },
	{ "full", "FULL", "percentage of the limit", COLUMN_DEFAULT | COLUMN_RIGHT, get_full },
	{ "of", "OF", "what is counted", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(of) },
	{ "sysctl", "SYSCTL", "the sysctl that sets it", COLUMN_ELASTIC, TEXT(sysctl) },
};
#define N_COLUMNS_BY_GROUP (sizeof columns_by_group / sizeof *columns_by_group)

static void name_columns(enum group_by by, struct column columns[static N_COLUMNS_BY_GROUP])
{
	struct column named[N_GROUP_COLUMNS];

	groups_columns(by, named);
	memcpy(columns, columns_by_group, sizeof columns_by_group);
	for (size_t i = 0; i < 2; i++) {
		columns[2 + i].name = named[i].name;
		columns[2 + i].heading = named[i].heading;
	}
	if (by == GROUP_BY_PROCESS)
		columns[3].type = VALUE_PID;
}

static int compare_uses(const void *a, const void *b)
{
	const struct limit_row *one = a, *other = b;

	return one->used > other->used ? -1 : one->used < other->used;
}

/* A row for each group that uses something of one limit, the largest use first. Returns the end of the rows. */
static struct limit_row *add_uses(const struct groups *groups, const struct limit_row *row,
				  struct limit_row *end)
{
	struct limit_row *first = end;

	for (size_t i = 0; i < groups->n_items; i++) {
		*end = *row;
		end->group = &groups->items[i];
		memcpy(&end->used, (const char *)end->group + row->limit->group, sizeof end->used);
		end += end->used > 0;
	}
	qsort(first, (size_t)(end - first), sizeof *first, compare_uses);
	return end;
}

/* Figures of one namespace, and the rows that are made of them. */
struct figures {
	const struct view *view;
	const struct place *place; /* NULL: ours, and the only one */
	struct kipc_limits limits;
	struct groups groups;
	struct limit_row *rows;
};

static int add_rows(struct table *table, const struct limit_row *rows, const struct limit_row *end)
{
	int r = 0;

	for (; r == 0 && rows < end; rows++)
		r = table_add(table, rows);
	return r;
}

static int add_by_group(struct table *table, enum group_by by, struct view *view, struct figures *figures)
{
	const struct view_row **rows = calloc(view->n_rows + 1, sizeof(struct view_row *));
	struct limit_row row = { .figures = &figures->limits, .place = figures->place }, *end;
	size_t n = 0;
	int r = rows == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < view->n_rows; i++)
		if (view->rows[i].place == figures->place)
			rows[n++] = &view->rows[i];
	if (r == 0)
		r = groups_make(view, rows, n, by, false, &figures->groups);
	free(rows);
	if (r < 0)
		return r;
	figures->rows = end = calloc(n_kernel_limits * figures->groups.n_items + 1, sizeof *figures->rows);
	if (end == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_kernel_limits; i++) {
		row.limit = &kernel_limits[i];
		if (row.limit->group != 0)
			end = add_uses(&figures->groups, &row, end);
	}
	return add_rows(table, figures->rows, end);
}

/* -- the verb ------------------------------------------------------------------------------------------------ */

static int add_all(struct table *table, struct figures *figures)
{
	figures->rows = calloc(n_kernel_limits, sizeof *figures->rows);
	if (figures->rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_kernel_limits; i++)
		figures->rows[i] = (struct limit_row){
			.limit = &kernel_limits[i],
			.figures = &figures->limits,
			.view = figures->view,
			.place = figures->place,
		};
	return add_rows(table, figures->rows, figures->rows + n_kernel_limits);
}

static int add_place(struct table *table, enum group_by by, struct view *view, struct place *place,
		     struct figures *figures)
{
	int r;

	if (place_enter(place) < 0)
		return 0; /* reported by view_note() */
	*figures = (struct figures){ .view = view, .place = place };
	r = kipc_limits(&figures->limits);
	if (r < 0)
		return r;
	return by == GROUP_BY_NOTHING ? add_all(table, figures) : add_by_group(table, by, view, figures);
}

static int print_limits(const struct invocation *invocation, enum group_by by, struct table *table,
			enum status *ret_status)
{
	struct figures *figures;
	struct view *view;
	size_t n;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return r;
	view_note(invocation, view);
	n = view->parts != NULL ? view->places.n_items : 1;
	figures = calloc(n + 1, sizeof *figures);
	r = figures == NULL ? -ENOMEM : 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_place(table, by, view, view->parts != NULL ? &view->places.items[i] : NULL,
			      &figures[i]);
	if (r == 0)
		r = table_print(table);
	*ret_status = view_note_status(view);
	for (size_t i = 0; figures != NULL && i < n; i++) {
		groups_done(&figures[i].groups);
		free(figures[i].rows);
	}
	free(figures);
	view_free(view);
	return r;
}

enum status command_limits(const struct invocation *invocation)
{
	enum group_by by = groups_chosen(invocation);
	struct column columns[N_COLUMNS_BY_GROUP];
	enum status status;
	struct table table;
	int r;

	name_columns(by, columns);
	if (by == GROUP_BY_NOTHING ? !table_init(&table, invocation, limit_columns, n_limit_columns, &status)
				   : !table_init(&table, invocation, columns, N_COLUMNS_BY_GROUP, &status))
		return status;
	r = print_limits(invocation, by, &table, &status);
	status = r < 0 ? errors_end(invocation, NULL, r) : status;
	table_done(&table);
	return status;
}
