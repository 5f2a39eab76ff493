/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The only file of kipcd that creates kernel objects. An object is created closed (0600), prepared, and opened to others by one
 * IPC_SET, so that no program meets a half-made one; apply.c writes it into the registry in between.
 */

#include "daemon/channel/kernel.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "daemon/plan/link.h"
#include "lib/object-empty.h"
#include "lib/object-remove.h"
#include "lib/object.h"
#include "lib/ring/attach.h"
#include "lib/ring/format.h"
#include "lib/ring/stat.h"

static int prepare_semaphores(const struct channel_spec *spec, int id)
{
	struct sembuf null_operation = { .sem_num = 0, .sem_op = 0, .sem_flg = IPC_NOWAIT };
	unsigned short *values;
	int r = 0;

	/*
	 * To programs, a sem_otime of 0 means that the set is not prepared yet. Any operation sets it; waiting for zero
	 * changes nothing, and right after semget(2) every value is zero, so it comes first.
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

/* kipc_ring_format() would take our own attachment for that of another process. */
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

	assert(spec->manage == MANAGE_OWN && spec->key != IPC_PRIVATE);

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

int kernel_make_marker(mode_t mode, unsigned short *values, size_t n_values, int *ret_id)
{
	int id = semget(IPC_PRIVATE, (int)n_values, (int)mode | IPC_CREAT | IPC_EXCL), r;

	if (id < 0)
		return -errno;
	if (semctl(id, 0, SETALL, (union semun){ .array = values }) < 0) {
		r = -errno;
		(void)semctl(id, 0, IPC_RMID);
		return r;
	}
	*ret_id = id;
	return 0;
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

/* -- what waits in a queue ---------------------------------------------------------------------------------------- */

int kernel_await_message(int id, long *ret_type)
{
	struct {
		long type;
		char none;
	} message;

	/* No room for a byte, and no MSG_NOERROR: the kernel leaves a message that does not fit in the queue. */
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
	return msgget(key, 0600) == id; /* creates nothing, and checks both rights */
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
		link.key = found->object.key; /* removal has cleared its key */
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
