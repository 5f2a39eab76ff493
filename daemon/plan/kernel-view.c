/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure. channel/view.c fills the view from the machine, tests from tables; the plan reads it. */

#include "daemon/plan/kernel-view.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ids(const void *a, const void *b)
{
	const struct kipc_object *x = &((const struct kernel_object *)a)->object;
	const struct kipc_object *y = &((const struct kernel_object *)b)->object;

	return x->kind != y->kind ? compare_numbers(x->kind, y->kind) : compare_numbers(x->id, y->id);
}

static int compare_keys(const void *a, const void *b)
{
	const struct kipc_object *x = &(*(const struct kernel_object *const *)a)->object;
	const struct kipc_object *y = &(*(const struct kernel_object *const *)b)->object;

	return x->kind != y->kind ? compare_numbers(x->kind, y->kind) : compare_numbers(x->key, y->key);
}

int kernel_view_init(struct kernel_view *view, struct kernel_object *objects, size_t n_objects)
{
	const struct kernel_object **by_key = calloc(n_objects + 1, sizeof *by_key);
	size_t n_by_key = 0;

	assert(objects != NULL || n_objects == 0);
	if (by_key == NULL)
		return -ENOMEM;
	if (n_objects > 0)
		qsort(objects, n_objects, sizeof *objects, compare_ids);
	for (size_t i = 0; i < n_objects; i++)
		if (objects[i].object.key != 0)
			by_key[n_by_key++] = &objects[i];
	qsort(by_key, n_by_key, sizeof *by_key, compare_keys);
	*view = (struct kernel_view){
		.objects = objects,
		.n_objects = n_objects,
		.by_key = by_key,
		.n_by_key = n_by_key,
	};
	return 0;
}

void kernel_view_done(struct kernel_view *view)
{
	for (size_t i = 0; i < view->n_objects; i++) {
		free(view->objects[i].values);
		free(view->objects[i].ring);
	}
	free(view->objects);
	free(view->by_key);
	*view = (struct kernel_view){ 0 };
}

const struct kernel_object *kernel_view_find_id(const struct kernel_view *view, enum kipc_kind kind, int id)
{
	const struct kernel_object wanted = { .object = { .kind = kind, .id = id } };

	return view->n_objects == 0
		       ? NULL
		       : bsearch(&wanted, view->objects, view->n_objects, sizeof wanted, compare_ids);
}

const struct kernel_object *kernel_view_find_key(const struct kernel_view *view, enum kipc_kind kind,
						 key_t key)
{
	const struct kernel_object wanted = { .object = { .kind = kind, .key = key } }, *p = &wanted, **found;

	found = view->n_by_key == 0 ? NULL
				    : bsearch(&p, view->by_key, view->n_by_key, sizeof p, compare_keys);
	return found == NULL ? NULL : *found;
}

char *kernel_ring_trouble(const struct kernel_ring *ring, const char *name)
{
	char *text;
	int n;

	if (!ring->is_laid_out)
		n = asprintf(&text, "its header was overwritten: 'kipcctl reset %s' reinitialises it", name);
	else if (ring->stat.fault != KIPC_RING_SOUND)
		n = asprintf(&text, "it is broken: %s: 'kipcctl reset %s' reinitialises it",
			     kipc_ring_fault_to_string(ring->stat.fault), name);
	else if (ring->stat.retired)
		n = asprintf(
			&text,
			"it is marked as removed, so nothing can be sent to it: receive what it holds, then "
			"'kipcctl reset %s' reinitialises it",
			name);
	else
		return NULL;
	return n < 0 ? NULL : text;
}
