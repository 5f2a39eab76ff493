/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl limits: the kernel's limits with the sysctls that set them, what is used of each, and what kipcd's channels
 * need of it by their declarations. Works without kipcd: then their objects say what they need.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client/control-half.h"
#include "client/table.h"
#include "client/view.h"

/* One row: where in struct kipc_limits its figures lie, and which channels need something of it. */
struct limit {
	const char *name, *sysctl, *help;
	enum value_type type;
	size_t limit, used; /* NONE: it has no such figure */
	enum kipc_kind kind;
	uint64_t (*add)(uint64_t sum,
			uint64_t need); /* what one more channel makes of the sum; NULL: nothing */
};

static uint64_t count(uint64_t sum, uint64_t need)
{
	return sum + 1;
}

static uint64_t largest(uint64_t sum, uint64_t need)
{
	return need > sum ? need : sum;
}

static uint64_t total(uint64_t sum, uint64_t need)
{
	return sum + need;
}

static uint64_t pages(uint64_t sum, uint64_t need)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return sum + need / page + (need % page != 0);
}

#define NONE SIZE_MAX
#define AT(member) offsetof(struct kipc_limits, member)

/* clang-format off */
static const struct limit limits[] = {
	{ "msgmni", "kernel.msgmni", "queues", VALUE_NUMBER, AT(msgmni), AT(queues), KIPC_QUEUE, count },
	{ "msgmnb", "kernel.msgmnb", "bytes a queue may hold", VALUE_SIZE, AT(msgmnb), NONE, KIPC_QUEUE, largest },
	{ "msgmax", "kernel.msgmax", "bytes of a message", VALUE_SIZE, AT(msgmax), NONE },
	{ "messages", NULL, "messages on all queues", VALUE_NUMBER, NONE, AT(messages) },
	{ "message_bytes", NULL, "bytes on all queues", VALUE_SIZE, NONE, AT(message_bytes) },
	{ "shmmni", "kernel.shmmni", "segments", VALUE_NUMBER, AT(shmmni), AT(segments), KIPC_SEGMENT, count },
	{ "shmmax", "kernel.shmmax", "bytes of a segment", VALUE_SIZE, AT(shmmax), NONE, KIPC_SEGMENT, largest },
	{ "shmmin", NULL, "bytes of the smallest segment", VALUE_SIZE, AT(shmmin), NONE },
	{ "shmall", "kernel.shmall", "pages of all segments", VALUE_NUMBER, AT(shmall), AT(segment_pages),
	  KIPC_SEGMENT, pages },
	{ "resident", NULL, "of those in memory", VALUE_NUMBER, NONE, AT(segment_pages_resident) },
	{ "swapped", NULL, "of those swapped out", VALUE_NUMBER, NONE, AT(segment_pages_swapped) },
	{ "semmni", "kernel.sem (4th)", "semaphore sets", VALUE_NUMBER, AT(semmni), AT(semaphore_sets),
	  KIPC_SEMAPHORE, count },
	{ "semmns", "kernel.sem (2nd)", "semaphores of all sets", VALUE_NUMBER, AT(semmns), AT(semaphores),
	  KIPC_SEMAPHORE, total },
	{ "semmsl", "kernel.sem (1st)", "semaphores of a set", VALUE_NUMBER, AT(semmsl), NONE,
	  KIPC_SEMAPHORE, largest },
	{ "semopm", "kernel.sem (3rd)", "operations of a call", VALUE_NUMBER, AT(semopm), NONE },
	{ "semvmx", NULL, "the highest value of a semaphore", VALUE_NUMBER, AT(semvmx), NONE },
};
/* clang-format on */
#define N_LIMITS (sizeof limits / sizeof *limits)

/* A limit with today's figures. */
struct limit_row {
	const struct limit *limit;
	const struct kipc_limits *figures;
	const struct view *view;
};

static void get_text(const struct column *column, const void *row, struct value *value)
{
	column_get_member(column, ((const struct limit_row *)row)->limit, value);
}

/* The member of struct limit that the column names says where the figure lies. */
static void get_figure(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;
	uint64_t figure;
	size_t offset;

	memcpy(&offset, (const char *)limit->limit + column->offset, sizeof offset);
	if (offset == NONE)
		return;
	memcpy(&figure, (const char *)limit->figures + offset, sizeof figure);
	value_set_number(value, limit->limit->type, figure);
}

static void get_full(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;
	uint64_t most, used;

	if (limit->limit->limit == NONE || limit->limit->used == NONE)
		return;
	memcpy(&most, (const char *)limit->figures + limit->limit->limit, sizeof most);
	memcpy(&used, (const char *)limit->figures + limit->limit->used, sizeof used);
	if (most > 0)
		value_set_number(value, VALUE_PERCENT, (uint64_t)((double)used * 100 / (double)most));
}

static bool is_own(const struct view_row *row)
{
	return row->manage != NULL && strcmp(row->manage, "own") == 0;
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
	const struct limit *limit = ((const struct limit_row *)row)->limit;
	const struct view *view = ((const struct limit_row *)row)->view;
	uint64_t sum = 0;

	if (limit->add == NULL)
		return;
	for (size_t i = 0; i < view->n_named; i++)
		if (is_own(&view->rows[i]) && view->rows[i].kind == limit->kind)
			sum = limit->add(sum, need_of(&view->rows[i]));
	value_set_number(value, limit->type, sum);
}

#define TEXT(member) get_text, COLUMN_MEMBER(struct limit, member), .type = VALUE_TEXT
#define FIGURE(member) get_figure, COLUMN_MEMBER(struct limit, member)

const struct column limit_columns[] = {
	{ "name", "NAME", "the kernel's name of it", COLUMN_DEFAULT, TEXT(name) },
	{ "limit", "LIMIT", "the limit", COLUMN_DEFAULT | COLUMN_RIGHT, FIGURE(limit) },
	{ "used", "USED", "what is used of it now", COLUMN_DEFAULT | COLUMN_RIGHT, FIGURE(used) },
	{ "full", "FULL", "per cent of the limit in use", COLUMN_DEFAULT | COLUMN_RIGHT, get_full },
	{ "declared", "DECLARED", "what kipcd's channels need of it by their declarations",
	  COLUMN_DEFAULT | COLUMN_RIGHT, get_declared },
	{ "of", "OF", "what is counted", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(help) },
	{ "sysctl", "SYSCTL", "what sets it", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(sysctl) },
};
const size_t n_limit_columns = sizeof limit_columns / sizeof *limit_columns;

static int print_limits(const struct invocation *invocation, struct table *table)
{
	struct limit_row rows[N_LIMITS];
	struct kipc_limits figures;
	struct view *view;
	int r;

	r = kipc_limits(&figures);
	if (r == 0)
		r = view_read(invocation, &view);
	if (r < 0)
		return r;
	view_note(invocation, view);
	for (size_t i = 0; r == 0 && i < N_LIMITS; i++) {
		rows[i] = (struct limit_row){ .limit = &limits[i], .figures = &figures, .view = view };
		r = table_add(table, &rows[i]);
	}
	if (r == 0)
		r = table_print(table);
	view_free(view);
	return r;
}

enum status command_limits(const struct invocation *invocation)
{
	enum status status;
	struct table table;

	if (!table_init(&table, invocation, limit_columns, n_limit_columns, &status))
		return status;
	status = control_half_end(invocation, NULL, print_limits(invocation, &table));
	table_done(&table);
	return status;
}
