/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one file of kipcd that makes kernel objects. An object is made closed (0600), prepared, and opened to others by
 * one IPC_SET, so that nobody meets a half-made one; apply.c writes it into the registry in between.
 */

#include "daemon/channel/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "common/grammar.h"
#include "daemon/plan/link.h"
#include "lib/object-empty.h"
#include "lib/object-remove.h"
#include "lib/object.h"
#include "lib/ring/attach.h"
#include "lib/ring/format.h"
#include "lib/ring/stat.h"

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
		/* Of segments only what can be said without attaching them: most are not ours. */
		if (kind == KIPC_SEGMENT)
			object->is_empty = listed[i].segment.atime == 0 && listed[i].segment.attached == 0;
		else if (kind == KIPC_QUEUE)
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

static int look_into_linked(const struct registry_entry *entry, struct kernel_view *view)
{
	const struct kernel_object *object;

	if (entry->link.kind == KIPC_QUEUE) /* the list has said all */
		return 0;
	object = kernel_view_find_id(view, entry->link.kind, entry->link.id);
	if (object == NULL || !link_owns(&entry->link, &object->object, geteuid()))
		return 0; /* an id that came back, or taken back by its maker */
	if (entry->link.kind == KIPC_SEMAPHORE)
		return look_into_semaphores((struct kernel_object *)object, entry->link.maker);
	if (entry->link.kind == KIPC_SEGMENT && entry->link.is_ring)
		return look_into_ring((struct kernel_object *)object, entry->is_held);
	return 0;
}

/* Of what was begun and not linked yet, only the set itself can tell whether it was used. */
static int look_into_intended(const struct registry_entry *entry, struct kernel_view *view)
{
	struct kernel_object *object =
		(struct kernel_object *)kernel_view_find_key(view, entry->intent_kind, entry->intent_key);
	int r;

	if (object == NULL || entry->intent_kind != KIPC_SEMAPHORE || (object->object.mode & ~0600U) != 0)
		return 0;
	r = look_into_semaphores(object, 0);
	object->is_unclear = object->values == NULL;
	return r;
}

/* An object that a link means and the list lacks although it may not be gone: what the link knows of it. */
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

/* Adds objects that are or were ours and cannot be looked at: they must not seem to be gone. */
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
 * An object of ours that is not in the list may only have failed to be looked at. If it were taken for gone, a second one would
 * be made, in conflict with the first for ever. -EAGAIN: it is there.
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

/* -- making --------------------------------------------------------------------------------------------------- */

static int prepare_semaphores(const struct channel_spec *spec, int id)
{
	struct sembuf null_operation = { .sem_num = 0, .sem_op = 0, .sem_flg = IPC_NOWAIT };
	unsigned short *values;
	int r = 0;

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

/* Not kipc_ring_format(): that one takes our own attachment for somebody else's. */
static int prepare_ring(const struct channel_spec *spec, int id, unsigned n_ours)
{
	struct kipc_object object;
	void *address;
	int r;

	address = shmat(id, NULL, 0);
	if (address == (void *)-1)
		return -errno;
	r = kipc_object_stat(KIPC_SEGMENT, id, &object);
	if (r == 0 && object.segment.attached > n_ours + 1)
		r = -EBUSY;
	if (r == 0)
		r = ring_format(address, object.segment.size, spec->max_message);
	(void)shmdt(address);
	return r;
}

int kernel_prepare(const struct channel_spec *spec, int id, unsigned n_ours)
{
	if (spec->kind == KIPC_SEMAPHORE)
		return prepare_semaphores(spec, id);
	if (spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING)
		return prepare_ring(spec, id, n_ours);
	return 0;
}

int kernel_create(const struct channel_spec *spec, int *ret_id)
{
	const int flags = 0600 | IPC_CREAT | IPC_EXCL;
	int id = -1;

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
	*ret_id = id;
	return 0;
}

int kernel_make_marker(mode_t mode, const unsigned short *values, size_t n_values, int *ret_id)
{
	int id = semget(IPC_PRIVATE, (int)n_values, (int)mode | IPC_CREAT | IPC_EXCL), r;

	if (id < 0)
		return -errno;
	if (semctl(id, 0, SETALL, (union semun){ .array = (unsigned short *)values }) < 0) {
		r = -errno;
		(void)semctl(id, 0, IPC_RMID);
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
	else if (error == -EXDEV)
		n = asprintf(
			&text,
			"a ring needs to know its PID namespace, and /proc/self/ns/pid does not tell it: "
			"is /proc mounted?");
	else if (error == -EBUSY)
		n = asprintf(&text, "somebody attached it before it was laid out: end that program");
	else
		n = asprintf(&text, "the kernel refused: %s", strerror(-error));
	return n < 0 ? NULL : text;
}

/* -- what waits in a queue ---------------------------------------------------------------------------------------- */

int kernel_await_message(int id, long *ret_type)
{
	struct {
		long type;
		char none;
	} message;

	/* Room for no byte, and no MSG_NOERROR: the kernel takes nothing off the queue that does not fit. */
	if (msgrcv(id, &message, 0, 0, 0) < 0) {
		if (errno == E2BIG)
			return 0;
		return errno == EINVAL ? -EIDRM : -errno;
	}
	*ret_type = message.type;
	return 1;
}

int kernel_put_back(int id, long type)
{
	struct {
		long type;
		char none;
	} message = { .type = type };

	if (msgsnd(id, &message, 0, 0) < 0)
		return errno == EINVAL ? -EIDRM : -errno;
	return 0;
}

bool kernel_may_exchange(key_t key, int id)
{
	return msgget(key, 0600) == id; /* makes nothing, and asks for both rights, whoever we are to it */
}

unsigned short *kernel_read_values(const struct kipc_object *set)
{
	unsigned short *values = calloc(set->semaphore.semaphores, sizeof *values);

	if (values != NULL && semctl(set->id, 0, GETALL, (union semun){ .array = values }) < 0) {
		free(values);
		return NULL;
	}
	return values;
}

/* -- rings, and segments that are held -------------------------------------------------------------------------- */

int kernel_look_into_ring(const struct kipc_object *object, struct kernel_ring *ret_ring)
{
	struct kernel_ring found = { .is_laid_out = true };
	struct ring *ring;
	int r;

	if (object->segment.attached == 0 && object_rmid_is_forced())
		return -EAGAIN;
	r = ring_attach(object->id, false, &ring);
	if (r == 0) {
		ring_stat(ring, &found.stat);
		ring_free(ring);
	} else if (r == -EBADMSG) {
		found.stat.fault = KIPC_RING_GEOMETRY;
	} else if (r == -EPROTOTYPE) {
		found.is_laid_out = false;
	} else {
		return r;
	}
	*ret_ring = found;
	return 0;
}

int kernel_reset_ring(const struct kipc_object *object, uint64_t max_message, unsigned n_ours)
{
	struct kipc_object now;
	void *address;
	int r;

	r = object_fence_segment(object, &address, &now);
	if (r < 0)
		return r;
	if (now.segment.attached > n_ours)
		r = -EBUSY;
	else
		r = ring_format(address, now.segment.size, max_message);
	object_unfence_segment(object, address);
	return r;
}

void kernel_retire_removed(const struct registry *registry, const struct kernel_view *view)
{
	for (size_t i = 0; i < registry->n_entries; i++) {
		struct registry_link link = registry->entries[i].link;
		const struct kernel_object *found;

		if (!registry->entries[i].has_link || !link.is_ring)
			continue;
		found = kernel_view_find_id(view, KIPC_SEGMENT, link.id);
		if (found == NULL || !found->object.segment.removed)
			continue;
		link.key = found->object.key; /* a removed one has lost its key */
		if (link_owns(&link, &found->object, geteuid()))
			(void)object_retire(&found->object);
	}
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
