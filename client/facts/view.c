/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Joins kipcd's list (or the registry) and the kernel's objects into rows. Arrays sorted by id and by name are searched by halves,
 * so that ten thousand channels cost three passes and no system call each. An id counts only together with its key and, in the
 * registry, its creator.
 */

#include "client/facts/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/channel-words.h"
#include "common/nsid.h"
#include "common/ownership.h"

static int compare_ids(const void *a, const void *b)
{
	int one = ((const struct kipc_object *)a)->id, other = ((const struct kipc_object *)b)->id;

	return one < other ? -1 : one > other;
}

/* They come by the kernel's index, which is the order of their ids unless some were removed in between. */
static void sort_by_id(struct kipc_object *objects, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (objects[i - 1].id >= objects[i].id) {
			qsort(objects, n, sizeof *objects, compare_ids);
			return;
		}
}

static int read_objects(struct view *view)
{
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		struct view_objects *objects = &view->objects[i];
		int r;

		r = kipc_object_list(kipc_kind_from_string(channel_kinds[i]), &objects->items,
				     &objects->n_items);
		if (r < 0)
			return r;
		sort_by_id(objects->items, objects->n_items);
		objects->is_named = calloc(objects->n_items + 1, sizeof *objects->is_named);
		if (objects->is_named == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* A removed segment has lost its key, and exists under its id only. */
static bool object_has_key(const struct kipc_object *object, key_t key)
{
	return object->key == key || (object->kind == KIPC_SEGMENT && object->segment.removed);
}

/* The object with that id, marked as named; NULL: gone, or replaced by another. `creator` NULL: any. */
static const struct kipc_object *take_object(struct view *view, enum kipc_kind kind, int id, key_t key,
					     const uid_t *creator)
{
	struct view_objects *objects = &view->objects[channel_kind_index(kind)];
	const struct kipc_object wanted = { .id = id };
	struct kipc_object *object;

	if (id < 0 || objects->n_items == 0)
		return NULL;
	object = bsearch(&wanted, objects->items, objects->n_items, sizeof wanted, compare_ids);
	if (object == NULL || !object_has_key(object, key) || (creator != NULL && object->cuid != *creator))
		return NULL;
	objects->is_named[object - objects->items] = true;
	return object;
}

/* Makes room for n more rows behind those that are there. */
static int grow_rows(struct view *view, size_t n)
{
	struct view_row *rows = reallocarray(view->rows, view->n_rows + n + 1, sizeof *rows);

	if (rows == NULL)
		return -ENOMEM;
	view->rows = rows;
	return 0;
}

/* A channel into a row, which points into the message. */
static int read_channel(sd_bus_message *page, struct pages_place *ret_place, void *userdata)
{
	struct view *view = userdata;
	struct view_row row = { 0 };
	const char *kind;
	int32_t id;
	uint32_t key;
	int r;

	if (view->n_rows % BUS_LIST_PAGE == 0 && grow_rows(view, BUS_LIST_PAGE) < 0)
		return -ENOMEM;
	r = sd_bus_message_read(page, BUS_CHANNEL, &row.name, &kind, &row.layout, &key, &id, &row.state,
				&row.reason, &row.manage, &row.lifetime, &row.description, &row.origin,
				&row.needs, &row.healings, &row.losses);
	if (r <= 0)
		return r;
	row.kind = kipc_kind_from_string(kind);
	row.key = (key_t)key;
	row.id = id;
	if (row.kind == 0 || (view->n_rows > 0 && strcmp(view->rows[view->n_rows - 1].name, row.name) >= 0))
		return -EPROTO;
	view->rows[view->n_rows++] = row;
	ret_place->name = row.name;
	return 1;
}

static int read_from_daemon(const struct invocation *invocation, struct view *view)
{
	static const struct pages_method list = {
		.member = "List",
		.takes = BUS_LIST_TAKES,
		.item = BUS_CHANNEL,
		.read = read_channel,
	};
	int r;

	r = bus_connect(invocation, &view->bus);
	if (r < 0)
		return r;
	r = pages_read(view->bus, &list, &view->pages, view, NULL);
	if (r < 0)
		view->bus = sd_bus_close_unref(view->bus);
	/* It has no List, or answers something else: it is not kipcd. */
	return r == -EBADR || r == -EBADMSG || r == -ENXIO ? -EPROTO : r;
}

/* kipcd runs as the owner of its registry. */
static uid_t uid_of_kipcd(const struct invocation *invocation)
{
	struct stat st;
	char *path;
	int r = -1;

	if (asprintf(&path, "%s/channels", invocation->runtime_dir) >= 0) {
		r = stat(path, &st);
		free(path);
	}
	return r < 0 ? (uid_t)-1 : st.st_uid;
}

/* Finds the object and the state of a row, in kipcd's words. */
static void find_named(struct view *view, const struct kipc_name *name, uid_t kipcd, struct view_row *row)
{
	const struct kipc_object *object =
		take_object(view, name->kind, name->id, name->key, name->observed ? NULL : &name->creator);
	struct view_objects *objects = &view->objects[channel_kind_index(name->kind)];
	struct kipc_name meant = *name;

	if (object == NULL) {
		row->state = name->observed ? "absent" : "lost";
		row->reason = "its object is gone";
		return;
	}
	meant.key = object->key; /* a removed segment has lost its key */
	if (!name->observed && !ownership_holds(&meant, object, kipcd)) {
		objects->is_named[object - objects->items] = false;
		row->state = "conflict";
		row->reason = "it was adopted, and its creator has taken it back";
		return;
	}
	row->object = object;
	row->state = name->in_conflict ? "conflict" : "active";
	row->reason = name->in_conflict ? "its key belongs to an object that kipcd did not create" : NULL;
}

static int read_from_registry(const struct invocation *invocation, struct view *view)
{
	uid_t kipcd = uid_of_kipcd(invocation);
	size_t n_names = 0;
	int r;

	r = kipc_registry_list(invocation->runtime_dir, &view->names, &n_names);
	if (r < 0) {
		view->registry_error = r;
		return r == -ENOMEM ? r : 0; /* the kernel's objects are still shown */
	}
	r = grow_rows(view, n_names);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_names; i++) {
		const struct kipc_name *name = &view->names[i];
		struct view_row *row = &view->rows[view->n_rows++];

		*row = (struct view_row){
			.name = name->name,
			.kind = name->kind,
			.layout = name->kind != KIPC_SEGMENT ? NULL
				  : name->is_ring	     ? "ring"
							     : "raw",
			.key = name->key,
			.id = name->id,
			.manage = manage_words[name->observed ? MANAGE_OBSERVE : MANAGE_OWN],
		};
		if (!view->is_elsewhere)
			find_named(view, name, kipcd, row);
	}
	return 0;
}

static int read_named(const struct invocation *invocation, struct view *view)
{
	view->is_elsewhere = kipc_registry_check(invocation->runtime_dir) == -EXDEV;
	/* Its names belong to another namespace than the one that --ipc-of= entered. */
	if (view->is_elsewhere && options_has(invocation->options, OPTION_IPC_OF))
		return 0;
	view->bus_error = read_from_daemon(invocation, view);
	if (view->bus_error == -ENOMEM)
		return -ENOMEM;
	if (view->bus_error < 0) {
		view->n_rows = 0;
		return read_from_registry(invocation, view);
	}
	for (size_t i = 0; !view->is_elsewhere && i < view->n_rows; i++)
		view->rows[i].object =
			take_object(view, view->rows[i].kind, view->rows[i].id, view->rows[i].key, NULL);
	return 0;
}

static int add_foreign(struct view *view)
{
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		const struct view_objects *objects = &view->objects[i];
		int r;

		r = grow_rows(view, objects->n_items);
		if (r < 0)
			return r;
		for (size_t n = 0; n < objects->n_items; n++)
			if (!objects->is_named[n] &&
			    !nsid_is_like_marker(&objects->items[n], objects->items[n].cuid))
				view->rows[view->n_rows++] = (struct view_row){
					.kind = objects->items[n].kind,
					.key = objects->items[n].key,
					.id = objects->items[n].id,
					.state = "foreign",
					.object = &objects->items[n],
				};
	}
	return 0;
}

/* Only declared rings: a foreign segment is not attached to find out. */
static int add_rings(struct view *view)
{
	int r = 0;

	for (size_t i = 0; i < view->n_rows && r == 0; i++) {
		struct view_row *row = &view->rows[i];

		if (row->object != NULL && row->layout != NULL && strcmp(row->layout, "ring") == 0)
			r = ring_figures_new(row->id, &row->ring);
	}
	return r;
}

int view_look_for_ring(struct view *view, const struct view_row *row)
{
	if (row->kind != KIPC_SEGMENT || row->object == NULL || row->ring != NULL ||
	    !ring_figures_is_ring(row->id))
		return 0;
	view->rows[row - view->rows].layout = "ring";
	return ring_figures_new(row->id, &view->rows[row - view->rows].ring);
}

int view_read(const struct invocation *invocation, struct view **ret_view)
{
	return invocation->options->ipc_of == IPC_OF_ALL ? view_read_all(invocation, ret_view)
							 : view_read_one(invocation, ret_view);
}

int view_read_one(const struct invocation *invocation, struct view **ret_view)
{
	struct view *view = calloc(1, sizeof *view);
	int r;

	if (view == NULL)
		return -ENOMEM;
	r = read_objects(view);
	if (r == 0)
		r = read_named(invocation, view);
	if (r == 0) {
		view->n_named = view->n_rows;
		r = add_rings(view);
	}
	if (r == 0)
		r = add_foreign(view);
	if (r < 0) {
		view_free(view);
		return r;
	}
	*ret_view = view;
	return 0;
}

struct view *view_free(struct view *view)
{
	if (view == NULL)
		return NULL;
	pages_done(&view->pages);
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		free(view->objects[i].items);
		free(view->objects[i].is_named);
	}
	sd_bus_close_unref(view->bus);
	free(view->names);
	for (size_t i = 0; i < view->n_rows; i++) {
		ring_figures_free(view->rows[i].ring);
		free(view->rows[i].look);
	}
	processes_done(&view->processes);
	for (size_t i = 0; view->parts != NULL && i < view->places.n_items; i++)
		view_free(view->parts[i]);
	free(view->parts);
	places_done(&view->places);
	free(view->rows);
	free(view);
	return NULL;
}

bool view_row_is_kipcds(const struct view_row *row)
{
	return row->name != NULL &&
	       (row->manage == NULL || strcmp(row->manage, manage_words[MANAGE_OBSERVE]) != 0);
}

const char *view_row_to_address(const struct view_row *row, char buffer[static VIEW_ADDRESS_MAX])
{
	if (row->name != NULL)
		return row->name;
	snprintf(buffer, VIEW_ADDRESS_MAX, "%s:@%d", kipc_kind_to_string(row->kind), row->id);
	return buffer;
}
