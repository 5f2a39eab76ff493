/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One view of all IPC namespaces, for --ipc-of=all: the rows of the view of each, ours first, with their places. Only ours has
 * names. Before a closer look at a row, its place must be entered (place_enter()).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/view.h"

/* Moves the rows; what they point into still belongs to the part. */
static int take_rows(struct view *view, struct view *part, struct place *place)
{
	struct view_row *rows = reallocarray(view->rows, view->n_rows + part->n_rows + 1, sizeof *rows);

	if (rows == NULL)
		return -ENOMEM;
	view->rows = rows;
	for (size_t i = 0; i < part->n_rows; i++) {
		rows[view->n_rows] = part->rows[i];
		rows[view->n_rows++].place = place;
	}
	part->n_rows = 0;
	return 0;
}

static void take_kipcd(struct view *view, struct view *part)
{
	view->bus = part->bus;
	view->bus_error = part->bus_error;
	view->registry_error = part->registry_error;
	view->is_elsewhere = part->is_elsewhere;
	view->n_named = part->n_named;
	part->bus = NULL;
}

static int read_part(const struct invocation *invocation, struct view *view, size_t i)
{
	struct place *place = &view->places.items[i];
	int r;

	if (place_enter(place) < 0)
		return 0; /* reported by view_note() */
	r = view_read_one(invocation, &view->parts[i]);
	if (r == 0)
		r = take_rows(view, view->parts[i], place);
	if (r == 0 && i == 0)
		take_kipcd(view, view->parts[i]);
	return r;
}

int view_read_all(const struct invocation *invocation, struct view **ret_view)
{
	struct view *view = calloc(1, sizeof *view);
	int r;

	if (view == NULL)
		return -ENOMEM;
	r = places_read(&view->places);
	if (r == 0) {
		view->parts = calloc(view->places.n_items + 1, sizeof(struct view *));
		r = view->parts == NULL ? -ENOMEM : 0;
	}
	for (size_t i = 0; r == 0 && i < view->places.n_items; i++)
		r = read_part(invocation, view, i);
	if (view->places.n_items > 0)
		(void)place_enter(&view->places.items[0]);
	if (r < 0) {
		view_free(view);
		return r;
	}
	*ret_view = view;
	return 0;
}
