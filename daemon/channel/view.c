/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by run/situation.c before each plan. What cannot be looked at is never taken for gone. */

#include "daemon/channel/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/channel/kernel.h"
#include "daemon/plan/link.h"

static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };

/* Appends the objects of one kind. */
static int append_objects(enum kipc_kind kind, struct kernel_object **objects, size_t *n_objects)
{
	struct kipc_object *listed = NULL;
	struct kernel_object *grown;
	size_t n;
	int r;

	r = kipc_object_list(kind, &listed, &n);
	if (r < 0)
		return r;
	grown = reallocarray(*objects, *n_objects + n + 1, sizeof *grown);
	if (grown == NULL) {
		free(listed);
		return -ENOMEM;
	}
	*objects = grown;
	for (size_t i = 0; i < n; i++) {
		struct kernel_object *object = &grown[(*n_objects)++];

		*object = (struct kernel_object){ .object = listed[i] };
		/* Segments are not attached to look into them: most are not ours. */
		if (kind == KIPC_SEGMENT)
			object->is_empty = listed[i].segment.atime == 0 && listed[i].segment.attached == 0;
		else if (kind == KIPC_QUEUE)
			object->is_empty = kipc_object_is_empty(&object->object, 0) > 0;
	}
	free(listed);
	return 0;
}

/* What the list does not show: the values, and whether a process other than its maker operated on the set. */
static int look_into_semaphores(struct kernel_object *object, pid_t maker)
{
	struct kipc_semaphore *semaphores;
	unsigned short *values;
	size_t n;

	if (kipc_object_semaphores(object->object.id, &semaphores, &n) < 0)
		return 0; /* gone, or not readable: in doubt, not empty */
	values = calloc(n, sizeof *values);
	for (size_t i = 0; values != NULL && i < n; i++)
		values[i] = (unsigned short)semaphores[i].value;
	free(semaphores);
	free(object->values);
	object->values = values;
	object->is_empty = kipc_object_is_empty(&object->object, maker) > 0;
	return values == NULL ? -ENOMEM : 0;
}

static int look_into_ring(struct kernel_object *object, unsigned n_ours)
{
	struct kernel_ring ring, *copy;

	if (kernel_look_into_ring(&object->object, &ring) < 0)
		return 0; /* in doubt, not empty */
	copy = malloc(sizeof *copy);
	if (copy == NULL)
		return -ENOMEM;
	*copy = ring;
	free(object->ring);
	object->ring = copy;
	object->is_empty = object->object.segment.attached <= n_ours && ring.is_laid_out &&
			   ring.stat.fault == KIPC_RING_SOUND && ring.stat.used == 0;
	return 0;
}

/* The view's own object that one of its searches found, to be changed. */
static struct kernel_object *mutable(struct kernel_view *view, const struct kernel_object *found)
{
	return found == NULL ? NULL : &view->objects[found - view->objects];
}

static int look_into_linked(const struct registry_entry *entry, struct kernel_view *view)
{
	struct kernel_object *object;

	if (entry->link.kind == KIPC_QUEUE) /* the list shows all of it */
		return 0;
	object = mutable(view, kernel_view_find_id(view, entry->link.kind, entry->link.id));
	if (object == NULL || !link_owns(&entry->link, &object->object, geteuid()))
		return 0; /* another object with its id, or its creator has taken it back */
	if (entry->link.kind == KIPC_SEMAPHORE)
		return look_into_semaphores(object, entry->link.maker);
	if (entry->link.kind == KIPC_SEGMENT && entry->link.is_ring)
		return look_into_ring(object, entry->is_held);
	return 0;
}

/* A semaphore set that was begun and not linked yet: the list does not show whether it was used. */
static int look_into_intended(const struct registry_entry *entry, struct kernel_view *view)
{
	struct kernel_object *object =
		mutable(view, kernel_view_find_key(view, entry->intent_kind, entry->intent_key));
	int r;

	if (object == NULL || entry->intent_kind != KIPC_SEMAPHORE || (object->object.mode & ~0600U) != 0)
		return 0;
	r = look_into_semaphores(object, 0);
	object->is_unclear = object->values == NULL;
	return r;
}

/* Whether the list lacks the object of a link, although it may exist: then *ret_object is what the link says about it. */
static bool is_unseen(const struct registry_entry *entry, const struct kernel_view *view,
		      struct kernel_object *ret_object)
{
	const struct registry_link *link = &entry->link;
	struct kipc_object object;
	int r;

	if (!entry->has_link || kernel_view_find_id(view, link->kind, link->id) != NULL)
		return false;
	r = kipc_object_stat(link->kind, link->id, &object);
	*ret_object = (struct kernel_object){
		.object = { .kind = link->kind,
			    .id = link->id,
			    .key = link->key,
			    .cuid = link->creator,
			    .uid = geteuid() },
		.is_unclear = true,
	};
	return r < 0 && r != -EIDRM;
}

/* Adds objects that are or were ours and that the kernel does not show: they must not seem to be gone. */
static int add_unseen(const struct registry *registry, struct kernel_view *view)
{
	struct kernel_object *unseen = NULL, *grown, object;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < registry->n_entries; i++) {
		if (!is_unseen(&registry->entries[i], view, &object))
			continue;
		grown = reallocarray(unseen, n + 1, sizeof *unseen);
		r = grown == NULL ? -ENOMEM : 0;
		unseen = grown != NULL ? grown : unseen;
		if (r == 0)
			unseen[n++] = object;
	}
	if (r == 0 && n > 0) {
		grown = reallocarray(view->objects, view->n_objects + n, sizeof *grown);
		r = grown == NULL ? -ENOMEM : 0;
	}
	if (r == 0 && n > 0) {
		memcpy(grown + view->n_objects, unseen, n * sizeof *unseen);
		free(view->by_key);
		view->by_key = NULL;
		view->objects = grown;
		r = kernel_view_init(view, grown, view->n_objects + n);
	}
	free(unseen);
	return r;
}

/*
 * The list may lack an object of ours because looking at it failed. Taken for gone, it would be recreated, and the new object
 * would be in conflict with it for ever. -EAGAIN: it exists.
 */
static int confirm_gone(const struct registry_entry *entry, const struct kernel_view *view)
{
	struct kipc_object object;
	int r = 0;

	if (entry->has_link && !entry->link.observed &&
	    kernel_view_find_id(view, entry->link.kind, entry->link.id) == NULL) {
		r = kipc_object_stat(entry->link.kind, entry->link.id, &object);
		if (r == 0 || r != -EIDRM)
			return r == 0 ? -EAGAIN : r;
	}
	if (entry->has_intent && kernel_view_find_key(view, entry->intent_kind, entry->intent_key) == NULL) {
		r = kipc_object_find(entry->intent_kind, entry->intent_key, &object);
		if (r == 0 || r != -ENOENT)
			return r == 0 ? -EAGAIN : r;
	}
	return 0;
}

static int look_into_owned(const struct registry *registry, struct kernel_view *view)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < registry->n_entries; i++) {
		const struct registry_entry *entry = &registry->entries[i];

		r = confirm_gone(entry, view);
		if (r == 0 && entry->has_intent)
			r = look_into_intended(entry, view);
		if (r == 0 && entry->has_link && !entry->link.observed)
			r = look_into_linked(entry, view);
	}
	return r;
}

int channel_view_take(const struct registry *registry, struct kernel_view *ret_view)
{
	struct kernel_object *objects = NULL;
	struct kernel_view view = { 0 };
	struct kipc_limits limits;
	size_t n_objects = 0;
	int r;

	r = kipc_limits(&limits);
	for (size_t i = 0; r == 0 && i < sizeof kinds / sizeof *kinds; i++)
		r = append_objects(kinds[i], &objects, &n_objects);
	if (r == 0)
		r = kernel_view_init(&view, objects, n_objects);
	if (r < 0) {
		free(objects);
		return r;
	}
	r = add_unseen(registry, &view);
	view.msgmnb = limits.msgmnb;
	if (r == 0)
		r = look_into_owned(registry, &view);
	if (r < 0) {
		kernel_view_done(&view);
		return r;
	}
	*ret_view = view;
	return 0;
}
