/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Looks into queues and asks kipcd and /proc, once for all rows that are to be shown. Called by list and show. The invariant: a
 * look takes little more than LOOK_USEC, however many queues there are and whatever they hold.
 */

#include "client/facts/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/view-find.h"
#include "client/facts/view.h"
#include "common/clock.h"

/* -- into a queue ------------------------------------------------------------------------------------------- */

static int compare_types(const void *a, const void *b)
{
	long one = *(const long *)a, other = *(const long *)b;

	return one < other ? -1 : one > other;
}

static uint64_t count_types(long *types, size_t n)
{
	uint64_t n_types = n > 0;

	qsort(types, n, sizeof *types, compare_types);
	for (size_t i = 1; i < n; i++)
		n_types += types[i] != types[i - 1];
	return n_types;
}

static void add_message(struct look *look, uint64_t size, long type)
{
	if (look->n_looked == 0) {
		look->head_type = type;
		look->head_size = look->smallest = size;
	}
	look->smallest = size < look->smallest ? size : look->smallest;
	look->largest = size > look->largest ? size : look->largest;
	look->n_looked++;
}

/* At least the first is looked at. */
static int look_at_messages(struct kipc_channel *queue, size_t room, uint64_t until, struct look *look)
{
	long types[LOOK_MESSAGES];
	void *buffer = malloc(room);
	ssize_t n = 0;

	if (buffer == NULL)
		return -ENOMEM;
	while (n >= 0 && look->n_looked < LOOK_MESSAGES &&
	       (look->n_looked == 0 || clock_usec(CLOCK_MONOTONIC) < until)) {
		long *type = &types[look->n_looked];

		n = kipc_peek(queue, buffer, room, (long)look->n_looked, type);
		if (n >= 0)
			add_message(look, (uint64_t)n, *type);
	}
	free(buffer);
	look->n_types = count_types(types, look->n_looked);
	return look->n_looked == 0 && n < 0 && n != -ENOMSG ? (int)n : 0;
}

static int look_into_queue(const struct view_row *row, uint64_t until, struct look *look)
{
	struct kipc_channel *queue;
	char address[VIEW_ADDRESS_MAX];
	size_t bound;
	int r;

	snprintf(address, sizeof address, "queue:@%d", row->id);
	r = kipc_open(address, NULL, KIPC_QUEUE, &queue);
	if (r < 0)
		return r;
	r = kipc_message_bound(queue, &bound);
	/* No message is longer than all of them together, and the kernel allocates the buffer's size for each copy. */
	if (r == 0)
		r = look_at_messages(queue,
				     row->object->queue.bytes < bound ? row->object->queue.bytes + 1 : bound,
				     until, look);
	kipc_close(queue);
	return r;
}

/* -- what kipcd saw ----------------------------------------------------------------------------------------- */

static int take_heads(struct view *view, const char *const *names)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	const char *name;
	uint64_t usec;
	int r;

	r = bus_call_names(view->bus, "Heads", names, &reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', BUS_HEAD);
	while (r >= 0 && (r = sd_bus_message_read(reply, BUS_HEAD, &name, &usec)) > 0) {
		const struct view_row *row = view_find_name(view, name);

		if (row != NULL && row->look != NULL)
			row->look->head_since = usec / USEC_PER_SEC;
	}
	return r;
}

/* Without an answer the column stays empty. */
static void ask_for_heads(struct view *view, const struct view_row *const *rows, size_t n_rows)
{
	const char *names[BUS_HISTORY_NAMES + 1];
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n_rows; i++) {
		if (rows[i]->look != NULL && rows[i]->name != NULL)
			names[n++] = rows[i]->name;
		if (n == BUS_HISTORY_NAMES || (i + 1 == n_rows && n > 0)) {
			names[n] = NULL;
			n = 0;
			r = take_heads(view, names);
		}
	}
}

/* -- all of it ---------------------------------------------------------------------------------------------- */

static int add_looks(struct view *view, const struct view_row *const *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		struct view_row *row = &view->rows[rows[i] - view->rows];

		if (row->kind != KIPC_QUEUE || row->object == NULL || row->object->queue.messages == 0 ||
		    row->look != NULL)
			continue;
		row->look = calloc(1, sizeof *row->look);
		if (row->look == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int look_into_queues(const struct view_row *const *rows, size_t n_rows)
{
	uint64_t until = clock_usec(CLOCK_MONOTONIC) + LOOK_USEC;

	for (size_t i = 0; i < n_rows; i++) {
		struct look *look = rows[i]->look;

		if (look == NULL)
			continue;
		look->error = place_enter(rows[i]->place);
		if (look->error == 0)
			look->error = look_into_queue(rows[i], until, look);
		if (look->error == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

static int look_at_processes(struct view *view)
{
	int r = 0;

	/* Ids mean something else in each namespace. */
	for (size_t i = 0; view->parts != NULL && r == 0 && i < view->places.n_items; i++)
		if (view->parts[i] != NULL && place_enter(&view->places.items[i]) == 0)
			r = look_at_processes(view->parts[i]);
	if (view->parts != NULL)
		return r;

	if (!view->has_processes)
		r = processes_read(&view->processes);
	view->has_processes |= r == 0;
	return r;
}

int look_at_rows(struct view *view, const struct view_row *const *rows, size_t n_rows, unsigned what)
{
	int r = 0;

	if (what & (LOOK_INTO_QUEUE | LOOK_AT_HEAD))
		r = add_looks(view, rows, n_rows);
	if (r == 0 && (what & LOOK_INTO_QUEUE))
		r = look_into_queues(rows, n_rows);
	if (r == 0 && (what & LOOK_AT_HEAD) && view->bus != NULL)
		ask_for_heads(view, rows, n_rows);
	if (r == 0 && (what & LOOK_AT_PROCESSES))
		r = look_at_processes(view);
	for (size_t i = 0; r == 0 && (what & LOOK_AT_PROCESSES) && i < n_rows; i++)
		view->rows[rows[i] - view->rows].processes =
			rows[i]->place == NULL ? &view->processes
					       : &view->parts[rows[i]->place - view->places.items]->processes;
	return r;
}
