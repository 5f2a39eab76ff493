/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one file of kipcd that makes kernel objects. An object is made closed (0600), prepared, and opened to others by
 * one IPC_SET, so that nobody meets a half-made one; apply.c writes it into the registry in between.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "common/grammar.h"
#include "daemon/kernel.h"
#include "lib/object.h"

static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };

/* Copies the objects of one kind behind those already there. */
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
		if (kind != KIPC_SEMAPHORE)
			object->is_empty = kipc_object_is_empty(&object->object, 0) > 0;
	}
	free(listed);
	return 0;
}

/* What only the set itself can tell: whether anybody but its maker operated on it, and its values. */
static int look_into_semaphores(struct kernel_object *object, pid_t maker)
{
	struct kipc_semaphore *semaphores;
	unsigned short *values;
	size_t n;

	if (kipc_object_semaphores(object->object.id, &semaphores, &n) < 0)
		return 0; /* gone or closed to us: in doubt, not empty */
	values = calloc(n, sizeof *values);
	for (size_t i = 0; values != NULL && i < n; i++)
		values[i] = (unsigned short)semaphores[i].value;
	free(semaphores);
	free(object->values);
	object->values = values;
	object->is_empty = kipc_object_is_empty(&object->object, maker) > 0;
	return values == NULL ? -ENOMEM : 0;
}

static int look_into_owned(const struct registry *registry, struct kernel_view *view)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < registry->n_entries; i++) {
		const struct registry_entry *entry = &registry->entries[i];
		const struct kernel_object *object = NULL;
		pid_t maker = entry->link.maker;

		if (entry->has_link && entry->link.kind == KIPC_SEMAPHORE && !entry->link.observed)
			object = kernel_view_find_id(view, KIPC_SEMAPHORE, entry->link.id);
		if (object == NULL && entry->has_intent && entry->intent_kind == KIPC_SEMAPHORE) {
			object = kernel_view_find_key(view, KIPC_SEMAPHORE, entry->intent_key);
			maker = entry->intent_maker;
		}
		if (object != NULL)
			r = look_into_semaphores((struct kernel_object *)object, maker);
	}
	return r;
}

int kernel_view_take(const struct registry *registry, struct kernel_view *ret_view)
{
	struct kernel_object *objects = NULL;
	struct kernel_view view = { 0 };
	struct kipc_limits limits;
	size_t n_objects = 0;
	int r;

	r = kipc_limits(&limits);
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = append_objects(kinds[i], &objects, &n_objects);
	if (r == 0)
		r = kernel_view_init(&view, objects, n_objects);
	if (r < 0) {
		free(objects);
		return r;
	}
	view.msgmnb = limits.msgmnb;
	r = look_into_owned(registry, &view);
	if (r < 0) {
		kernel_view_done(&view);
		return r;
	}
	*ret_view = view;
	return 0;
}

int kernel_prepare(const struct channel_spec *spec, int id)
{
	struct sembuf null_operation = { .sem_num = 0, .sem_op = 0, .sem_flg = IPC_NOWAIT };
	unsigned short *values;
	int r = 0;

	if (spec->kind != KIPC_SEMAPHORE)
		return 0;
	/*
	 * Programs take a set whose sem_otime is 0 for one that its maker has not prepared yet. Any operation sets it;
	 * waiting for zero changes nothing, and right after semget(2) every value is zero, so it comes first.
	 */
	values = calloc(spec->n_values, sizeof *values);
	if (values == NULL)
		return -ENOMEM;
	if (semctl(id, 0, SETALL, (union semun){ .array = values }) < 0 ||
	    semop(id, &null_operation, 1) < 0 ||
	    semctl(id, 0, SETALL, (union semun){ .array = spec->values }) < 0)
		r = -errno;
	free(values);
	return r;
}

int kernel_create(const struct channel_spec *spec, int *ret_id)
{
	const int flags = 0600 | IPC_CREAT | IPC_EXCL;
	int id = -1, r;

	switch (spec->kind) {
	case KIPC_QUEUE:
		id = msgget(spec->key, flags);
		break;
	case KIPC_SEGMENT:
		id = shmget(spec->key, spec->size, flags);
		break;
	case KIPC_SEMAPHORE:
		id = semget(spec->key, (int)spec->n_values, flags);
		break;
	}
	if (id < 0)
		return -errno;
	r = kernel_prepare(spec, id);
	if (r < 0) {
		semctl(id, 0, IPC_RMID);
		return r;
	}
	*ret_id = id;
	return 0;
}

int kernel_publish(struct kipc_object *object, uint64_t msgmnb)
{
	const unsigned all = KIPC_ALTER_UID | KIPC_ALTER_GID | KIPC_ALTER_MODE | KIPC_ALTER_CAPACITY;
	int r;

	r = kipc_object_alter(object, all);
	if (r == -EDQUOT) {
		object->queue.capacity = msgmnb;
		r = kipc_object_alter(object, all);
	}
	return r;
}

static char *explain_limit(const char *what, const char *sysctl, uint64_t limit)
{
	char *text;

	if (asprintf(&text,
		     "the kernel's limit on %s is reached (%s = %llu): remove some, or raise it with 'sysctl "
		     "%s=N'",
		     what, sysctl, (unsigned long long)limit, sysctl) < 0)
		return NULL;
	return text;
}

static char *explain_no_space(const struct channel_spec *spec)
{
	struct kipc_limits limits;

	if (kipc_limits(&limits) < 0)
		return strdup("a limit of the kernel is reached: see 'kipcctl limits'");
	if (spec->kind == KIPC_QUEUE)
		return explain_limit("queues", "kernel.msgmni", limits.msgmni);
	if (spec->kind == KIPC_SEGMENT && limits.segments >= limits.shmmni)
		return explain_limit("segments", "kernel.shmmni", limits.shmmni);
	if (spec->kind == KIPC_SEGMENT)
		return explain_limit("the pages of all segments", "kernel.shmall", limits.shmall);
	if (limits.semaphore_sets >= limits.semmni)
		return explain_limit("semaphore sets (the fourth number)", "kernel.sem", limits.semmni);
	return explain_limit("semaphores in all (the second number)", "kernel.sem", limits.semmns);
}

char *kernel_explain(const struct channel_spec *spec, int error)
{
	char size[GRAMMAR_SIZE_MAX], *text;
	int n;

	if (error == -ENOSPC)
		return explain_no_space(spec);
	if (error == -EINVAL && spec->kind == KIPC_SEGMENT)
		n = asprintf(
			&text,
			"the kernel allows no segment of %s: 'sysctl kernel.shmmax' shows how much it does",
			grammar_size_to_string(spec->size, size));
	else if (error == -EINVAL && spec->kind == KIPC_SEMAPHORE)
		n = asprintf(&text,
			     "the kernel allows no set of %zu semaphores: the first number of 'sysctl "
			     "kernel.sem' does",
			     spec->n_values);
	else if (error == -ENOMEM)
		n = asprintf(&text, "the kernel has no memory for it");
	else
		n = asprintf(&text, "the kernel refused: %s", strerror(-error));
	return n < 0 ? NULL : text;
}

bool kernel_forces_rmid(void)
{
	FILE *file = fopen("/proc/sys/kernel/shm_rmid_forced", "re");
	int c;

	if (file == NULL)
		return false;
	c = getc(file);
	fclose(file);
	return c == '1';
}

void *kernel_hold(int id)
{
	void *address = shmat(id, NULL, SHM_RDONLY);

	return address == (void *)-1 ? NULL : address;
}

void *kernel_let_go(void *address)
{
	if (address != NULL)
		(void)shmdt(address);
	return NULL;
}
