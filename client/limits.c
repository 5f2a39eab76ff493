/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl limits: the kernel's limits with the sysctls that set them, what is used of each, and how much of it the
 * declared channels take. Needs no kipcd.
 */

#include <errno.h>
#include <string.h>

#include "client/control-half.h"
#include "client/report.h"
#include "client/table.h"
#include "client/view.h"

/* One row: where in struct kipc_limits its figures lie; NONE: it has no such figure. */
struct limit {
	const char *name, *sysctl, *help;
	enum value_type type;
	size_t limit, used;
	unsigned kind; /* whose channels count as declared; 0: none */
};

#define NONE SIZE_MAX
#define AT(member) offsetof(struct kipc_limits, member)

/* clang-format off */
static const struct limit limits[] = {
	{ "msgmni", "kernel.msgmni", "queues", VALUE_NUMBER, AT(msgmni), AT(queues), KIPC_QUEUE },
	{ "msgmnb", "kernel.msgmnb", "bytes a queue may hold", VALUE_SIZE, AT(msgmnb), NONE },
	{ "msgmax", "kernel.msgmax", "bytes of a message", VALUE_SIZE, AT(msgmax), NONE },
	{ "messages", NULL, "messages on all queues", VALUE_NUMBER, NONE, AT(messages) },
	{ "message_bytes", NULL, "bytes on all queues", VALUE_SIZE, NONE, AT(message_bytes) },
	{ "shmmni", "kernel.shmmni", "segments", VALUE_NUMBER, AT(shmmni), AT(segments), KIPC_SEGMENT },
	{ "shmmax", "kernel.shmmax", "bytes of a segment", VALUE_SIZE, AT(shmmax), NONE },
	{ "shmall", "kernel.shmall", "pages of all segments", VALUE_NUMBER, AT(shmall), AT(segment_pages) },
	{ "resident", NULL, "of those in memory", VALUE_NUMBER, NONE, AT(segment_pages_resident) },
	{ "swapped", NULL, "of those swapped out", VALUE_NUMBER, NONE, AT(segment_pages_swapped) },
	{ "semmni", "kernel.sem (4th)", "semaphore sets", VALUE_NUMBER, AT(semmni), AT(semaphore_sets),
	  KIPC_SEMAPHORE },
	{ "semmns", "kernel.sem (2nd)", "semaphores of all sets", VALUE_NUMBER, AT(semmns), AT(semaphores) },
	{ "semmsl", "kernel.sem (1st)", "semaphores of a set", VALUE_NUMBER, AT(semmsl), NONE },
	{ "semopm", "kernel.sem (3rd)", "operations of a call", VALUE_NUMBER, AT(semopm), NONE },
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

static void get_figure(const struct limit_row *row, size_t offset, struct value *value)
{
	uint64_t figure;

	if (offset == NONE)
		return;
	memcpy(&figure, (const char *)row->figures + offset, sizeof figure);
	value_set_number(value, row->limit->type, figure);
}

static void get_limit(const struct column *column, const void *row, struct value *value)
{
	get_figure(row, ((const struct limit_row *)row)->limit->limit, value);
}

static void get_used(const struct column *column, const void *row, struct value *value)
{
	get_figure(row, ((const struct limit_row *)row)->limit->used, value);
}

static bool is_own(const struct view_row *row)
{
	return row->manage != NULL && strcmp(row->manage, "own") == 0;
}

static void get_declared(const struct column *column, const void *row, struct value *value)
{
	const struct limit_row *limit = row;
	uint64_t n = 0;

	if (limit->limit->kind == 0)
		return;
	for (size_t i = 0; i < limit->view->n_named; i++)
		n += is_own(&limit->view->rows[i]) && limit->view->rows[i].kind == limit->limit->kind;
	value_set_number(value, VALUE_NUMBER, n);
}

#define TEXT(member) get_text, COLUMN_MEMBER(struct limit, member), .type = VALUE_TEXT

static const struct column columns[] = {
	{ "name", "NAME", "the kernel's name of it", COLUMN_DEFAULT, TEXT(name) },
	{ "limit", "LIMIT", "the limit", COLUMN_DEFAULT | COLUMN_RIGHT, get_limit },
	{ "used", "USED", "what is used of it now", COLUMN_DEFAULT | COLUMN_RIGHT, get_used },
	{ "declared", "DECLARED", "what the declared channels take", COLUMN_DEFAULT | COLUMN_RIGHT,
	  get_declared },
	{ "of", "OF", "what is counted", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(help) },
	{ "sysctl", "SYSCTL", "what sets it", COLUMN_DEFAULT | COLUMN_ELASTIC, TEXT(sysctl) },
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

static int print_limits(const struct invocation *invocation, const struct column_list *chosen,
			const struct kipc_limits *figures, const struct view *view)
{
	const struct value_style style = { .bytes = invocation->options->bytes };
	struct limit_row items[N_LIMITS];
	const void *rows[N_LIMITS];

	for (size_t i = 0; i < N_LIMITS; i++) {
		items[i] = (struct limit_row){ .limit = &limits[i], .figures = figures, .view = view };
		rows[i] = &items[i];
	}
	return table_print(invocation, chosen, &style, rows, N_LIMITS);
}

enum status command_limits(const struct invocation *invocation)
{
	struct column_list chosen = { 0 };
	struct kipc_limits figures;
	struct view *view = NULL;
	int r;

	r = column_list_choose(invocation, columns, N_COLUMNS, &chosen);
	if (r == -EINVAL)
		return STATUS_USAGE;
	if (r == 0)
		r = kipc_limits(&figures);
	if (r == 0)
		r = view_read(invocation, &view);
	if (r == 0) {
		view_note(invocation, view);
		r = print_limits(invocation, &chosen, &figures, view);
	}
	view_free(view);
	column_list_done(&chosen);
	return control_half_end(invocation, NULL, r);
}
