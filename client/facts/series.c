/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rates and histories of objects, from one view to the next. Both are sorted, so they are merged in one walk. Owned by top. An
 * object is the same one while kind, id and key are the same.
 */

#include "client/facts/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct series *one = a, *other = b;

	if (one->namespace != other->namespace)
		return one->namespace < other->namespace ? -1 : 1;
	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

bool series_depth(const struct view_row *row, uint64_t *ret_depth)
{
	const struct kipc_ring *ring = ring_figures_get(row->ring);

	if (row->object == NULL || row->kind == KIPC_SEMAPHORE)
		return false;
	if (row->kind == KIPC_QUEUE)
		*ret_depth = row->object->queue.messages;
	else
		*ret_depth = ring != NULL ? ring->messages : row->object->segment.attached;
	return true;
}

static uint32_t to_sample(uint64_t number)
{
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

/* What passed since the last look: a ring counts it; of a queue only the change in depth is known. */
static void compare_with_last(struct series *series, const struct series *last)
{
	bool is_queue = series->kind == KIPC_QUEUE;
	double seconds = (double)(series->usec - last->usec) / 1e6;
	double passed = is_queue ? (double)series->depth - (double)last->depth
				 : (double)series->received - (double)last->received;

	series->has_rate = seconds > 0 && (is_queue || (series->row->ring != NULL && passed >= 0));
	if (series->has_rate)
		series->rate = passed / seconds;
}

static void add_sample(struct series *series, struct series *last, size_t room)
{
	const struct kipc_ring *ring = ring_figures_get(series->row->ring);
	struct history_sample sample = { 0 };

	(void)series_depth(series->row, &series->depth);
	series->received = ring != NULL ? ring->received_messages : 0;
	if (last != NULL && last->key == series->key) {
		compare_with_last(series, last);
		series->history = last->history;
		series->was_asked_for = last->was_asked_for;
		last->history = NULL;
	}
	sample.depth = to_sample(series->depth);
	if (series->has_rate)
		sample.passed = to_sample((uint64_t)(series->rate < 0 ? -series->rate : series->rate));
	history_add(&series->history, room, &sample);
}

int series_update(struct series_table *table, const struct view *view, uint64_t now)
{
	struct series_table next = { .items = calloc(view->n_rows + 1, sizeof *next.items) };
	size_t old = 0, room;

	if (next.items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < view->n_rows; i++) {
		const struct view_row *row = &view->rows[i];

		if (row->object != NULL)
			next.items[next.n_items++] = (struct series){
				.row = row,
				.namespace = row->place != NULL ? row->place->inode : 0,
				.kind = row->kind,
				.id = row->id,
				.key = row->key,
				.usec = now,
			};
	}
	qsort(next.items, next.n_items, sizeof *next.items, compare);
	room = history_room(next.n_items);
	for (size_t i = 0; i < next.n_items; i++) {
		while (old < table->n_items && compare(&table->items[old], &next.items[i]) < 0)
			old++;
		add_sample(&next.items[i],
			   old < table->n_items && compare(&table->items[old], &next.items[i]) == 0
				   ? &table->items[old]
				   : NULL,
			   room);
	}
	series_done(table);
	*table = next;
	return 0;
}

void series_done(struct series_table *table)
{
	for (size_t i = 0; i < table->n_items; i++)
		free(table->items[i].history);
	free(table->items);
	*table = (struct series_table){ 0 };
}

struct series *series_find(const struct series_table *table, const struct view_row *row)
{
	const struct series wanted = {
		.namespace = row->place != NULL ? row->place->inode : 0,
		.kind = row->kind,
		.id = row->id,
	};

	return row->object == NULL || table->n_items == 0
		       ? NULL
		       : bsearch(&wanted, table->items, table->n_items, sizeof wanted, compare);
}

/* A row and what it is sorted by. */
struct sort_item {
	const struct view_row *row;
	size_t place; /* before sorting */
	bool is_known;
	double figure;
};

static int compare_items(const void *a, const void *b, void *context)
{
	const struct sort_item *one = a, *other = b;
	const bool *is_descending = context;

	if (one->is_known != other->is_known)
		return one->is_known ? -1 : 1;
	if (one->is_known && one->figure != other->figure)
		return (one->figure < other->figure) != *is_descending ? -1 : 1;
	return one->place < other->place ? -1 : 1;
}

int series_sort(const struct series_table *table, const struct view_row **rows, size_t n_rows, bool by_rate,
		bool is_descending)
{
	struct sort_item *items = calloc(n_rows + 1, sizeof *items);

	if (items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_rows; i++) {
		const struct series *series = series_find(table, rows[i]);
		uint64_t depth = 0;

		items[i] = (struct sort_item){ .row = rows[i], .place = i };
		items[i].is_known =
			by_rate ? series != NULL && series->has_rate : series_depth(rows[i], &depth);
		if (items[i].is_known)
			items[i].figure = by_rate ? series->rate : (double)depth;
	}
	qsort_r(items, n_rows, sizeof *items, compare_items, &is_descending);
	for (size_t i = 0; i < n_rows; i++)
		rows[i] = items[i].row;
	free(items);
	return 0;
}

void series_spark(const struct history *history, bool of_passed, size_t width, bool is_utf8, char *text)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", "_", ".", "-", "=", "+", "*", "%", "#" };
	const char *const *bars = is_utf8 ? blocks : ascii;
	size_t n = history == NULL ? 0 : history->n < width ? history->n : width;
	uint32_t highest = 0;

	for (size_t i = 0; i < n; i++) {
		const struct history_sample *sample = history_get(history, history->n - n + i);
		uint32_t value = of_passed ? sample->passed : sample->depth;

		if (value > highest)
			highest = value;
	}
	for (size_t i = n; i < width; i++)
		*text++ = ' ';
	for (size_t i = 0; i < n; i++) {
		const struct history_sample *sample = history_get(history, history->n - n + i);
		uint64_t value = of_passed ? sample->passed : sample->depth;

		/* 0 is a blank, and anything more is a bar. */
		text = stpcpy(text, bars[value == 0 ? 0 : (value * 8 + highest - 1) / highest]);
	}
	*text = '\0';
}
