/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Kernel objects as values: read one, find one, list all, alter one. Everything is read with *_STAT_ANY,
 * which needs no permission (msgctl(2), shmctl(2), semctl(2); Linux 4.17). It takes an index; the kernel
 * masks its argument (ipc/util.h, ipcid_to_idx), so an id works as well, but the object in that slot may be a
 * later one. So the id that it returns is always compared.
 */

#include "lib/object.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static void take_perm(const struct ipc_perm *perm, struct kipc_object *object)
{
	object->key = perm->__key;
	object->uid = perm->uid;
	object->gid = perm->gid;
	object->cuid = perm->cuid;
	object->cgid = perm->cgid;
	object->mode = perm->mode & 0777;
}

static int queue_stat_any(int index, struct kipc_object *object)
{
	struct msqid_ds ds;
	int id = msgctl(index, MSG_STAT_ANY, &ds);

	if (id < 0)
		return -errno;
	*object = (struct kipc_object){ .kind = KIPC_QUEUE, .id = id, .ctime = ds.msg_ctime };
	take_perm(&ds.msg_perm, object);
	object->queue.messages = ds.msg_qnum;
	object->queue.bytes = ds.__msg_cbytes;
	object->queue.capacity = ds.msg_qbytes;
	object->queue.lspid = ds.msg_lspid;
	object->queue.lrpid = ds.msg_lrpid;
	object->queue.stime = ds.msg_stime;
	object->queue.rtime = ds.msg_rtime;
	return 0;
}

static int segment_stat_any(int index, struct kipc_object *object)
{
	struct shmid_ds ds;
	int id = shmctl(index, SHM_STAT_ANY, &ds);

	if (id < 0)
		return -errno;
	*object = (struct kipc_object){ .kind = KIPC_SEGMENT, .id = id, .ctime = ds.shm_ctime };
	take_perm(&ds.shm_perm, object);
	object->segment.size = ds.shm_segsz;
	object->segment.attached = ds.shm_nattch;
	object->segment.cpid = ds.shm_cpid;
	object->segment.lpid = ds.shm_lpid;
	object->segment.atime = ds.shm_atime;
	object->segment.dtime = ds.shm_dtime;
	object->segment.removed = ds.shm_perm.mode & SHM_DEST;
	object->segment.locked = ds.shm_perm.mode & SHM_LOCKED;
	return 0;
}

static int semaphore_stat_any(int index, struct kipc_object *object)
{
	struct semid_ds ds;
	int id = semctl(index, 0, SEM_STAT_ANY, (union semun){ .buf = &ds });

	if (id < 0)
		return -errno;
	*object = (struct kipc_object){ .kind = KIPC_SEMAPHORE, .id = id, .ctime = ds.sem_ctime };
	take_perm(&ds.sem_perm, object);
	object->semaphore.semaphores = ds.sem_nsems;
	object->semaphore.otime = ds.sem_otime;
	return 0;
}

static int stat_any(enum kipc_kind kind, int index, struct kipc_object *object)
{
	switch (kind) {
	case KIPC_QUEUE:
		return queue_stat_any(index, object);
	case KIPC_SEGMENT:
		return segment_stat_any(index, object);
	case KIPC_SEMAPHORE:
		return semaphore_stat_any(index, object);
	}
	return -EINVAL;
}

/* Whether it is exactly one kind. */
static bool is_kind(enum kipc_kind kind)
{
	return kipc_kind_to_string(kind) != NULL;
}

int kipc_object_stat(enum kipc_kind kind, int id, struct kipc_object *ret_object)
{
	struct kipc_object object;
	int r;

	if (!is_kind(kind))
		return -EINVAL;
	r = stat_any(kind, id, &object);
	if (r == -EINVAL || (r == 0 && object.id != id))
		return -EIDRM;
	if (r < 0)
		return r;
	*ret_object = object;
	return 0;
}

int kipc_object_find(enum kipc_kind kind, key_t key, struct kipc_object *ret_object)
{
	struct kipc_object object;
	int id = -1, r;

	if (key == IPC_PRIVATE) /* no object's key, and whatever the flags, a request to create an object */
		return -ENOENT;
	/* Flags of 0 ask for no permission and create nothing. */
	if (kind == KIPC_QUEUE)
		id = msgget(key, 0);
	else if (kind == KIPC_SEGMENT)
		id = shmget(key, 0, 0);
	else if (kind == KIPC_SEMAPHORE)
		id = semget(key, 0, 0);
	else
		return -EINVAL;
	if (id < 0)
		return -errno;
	r = kipc_object_stat(kind, id, &object);
	if (r == -EIDRM || (r == 0 && object.key != key))
		return -ENOENT;
	if (r < 0)
		return r;
	*ret_object = object;
	return 0;
}

/* The highest index in use (-1: none), and how many there are. */
static int highest_index(enum kipc_kind kind, size_t *ret_n)
{
	int index;

	if (kind == KIPC_QUEUE) {
		struct msginfo info;

		index = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);
		*ret_n = (size_t)info.msgpool;
	} else if (kind == KIPC_SEGMENT) {
		struct shm_info info;

		index = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);
		*ret_n = (size_t)info.used_ids;
	} else {
		struct seminfo info;

		index = semctl(0, 0, SEM_INFO, (union semun){ .__buf = &info });
		*ret_n = (size_t)info.semusz;
	}
	return index < 0 ? -errno : index;
}

int kipc_object_list(enum kipc_kind kind, struct kipc_object **ret_objects, size_t *ret_n_objects)
{
	struct kipc_object *objects = NULL;
	size_t n = 0, n_allocated;
	int highest;

	if (!is_kind(kind))
		return -EINVAL;
	highest = highest_index(kind, &n_allocated);
	if (highest < 0)
		return highest;
	for (int index = 0; index <= highest; index++) {
		if (objects == NULL || n == n_allocated) {
			struct kipc_object *grown;

			n_allocated = n == 0 ? n_allocated + 8 : n * 2;
			grown = reallocarray(objects, n_allocated, sizeof *grown);
			if (grown == NULL) {
				free(objects);
				return -ENOMEM;
			}
			objects = grown;
		}
		if (stat_any(kind, index, &objects[n]) == 0)
			n++;
	}
	*ret_objects = objects;
	*ret_n_objects = n;
	return 0;
}

static int queue_set(const struct kipc_object *object)
{
	struct msqid_ds ds = { .msg_qbytes = object->queue.capacity };

	ds.msg_perm.uid = object->uid;
	ds.msg_perm.gid = object->gid;
	ds.msg_perm.mode = object->mode & 0777;
	return msgctl(object->id, IPC_SET, &ds) < 0 ? -errno : 0;
}

static int object_set(const struct kipc_object *object)
{
	if (object->kind == KIPC_QUEUE)
		return queue_set(object);
	if (object->kind == KIPC_SEGMENT) {
		struct shmid_ds ds = { 0 };

		ds.shm_perm.uid = object->uid;
		ds.shm_perm.gid = object->gid;
		ds.shm_perm.mode = object->mode & 0777;
		return shmctl(object->id, IPC_SET, &ds) < 0 ? -errno : 0;
	}
	struct semid_ds ds = { 0 };

	ds.sem_perm.uid = object->uid;
	ds.sem_perm.gid = object->gid;
	ds.sem_perm.mode = object->mode & 0777;
	return semctl(object->id, 0, IPC_SET, (union semun){ .buf = &ds }) < 0 ? -errno : 0;
}

static bool is_owner_or_creator(const struct kipc_object *object)
{
	uid_t uid = geteuid();

	return uid == object->uid || uid == object->cuid;
}

/*
 * After -EPERM. Above kernel.msgmnb, the kernel requires CAP_SYS_RESOURCE even for a capacity that does not
 * change (ipc/msg.c): so the capacity is reduced to kernel.msgmnb, unless the caller asked for that very
 * capacity.
 */
static int set_clamped(struct kipc_object *object, unsigned which)
{
	struct kipc_object before;
	struct kipc_limits limits;
	int r;

	r = kipc_limits(&limits);
	if (r == 0)
		r = kipc_object_stat(object->kind, object->id, &before);
	if (r < 0)
		return r;
	if (object->queue.capacity <= limits.msgmnb || !is_owner_or_creator(&before))
		return -EPERM;
	if (which & KIPC_ALTER_CAPACITY)
		return -EDQUOT;
	object->queue.capacity = limits.msgmnb;
	return queue_set(object);
}

int kipc_object_alter(const struct kipc_object *wanted, unsigned which)
{
	const unsigned all = KIPC_ALTER_UID | KIPC_ALTER_GID | KIPC_ALTER_MODE |
			     (wanted->kind == KIPC_QUEUE ? KIPC_ALTER_CAPACITY : 0);
	struct kipc_object object = *wanted, before = *wanted;
	int r;

	if (!is_kind(wanted->kind) ||
	    (which & ~(KIPC_ALTER_UID | KIPC_ALTER_GID | KIPC_ALTER_MODE | KIPC_ALTER_CAPACITY)))
		return -EINVAL;
	/* IPC_SET sets everything, so what is to stay has to be read first. */
	if ((which & all) != all) {
		r = kipc_object_stat(wanted->kind, wanted->id, &before);
		if (r < 0)
			return r;
		if (!(which & KIPC_ALTER_UID))
			object.uid = before.uid;
		if (!(which & KIPC_ALTER_GID))
			object.gid = before.gid;
		if (!(which & KIPC_ALTER_MODE))
			object.mode = before.mode;
		if (!(which & KIPC_ALTER_CAPACITY))
			object.queue.capacity = before.queue.capacity;
	}
	r = object_set(&object);
	if (r == -EPERM && object.kind == KIPC_QUEUE)
		r = set_clamped(&object, which);
	/* EINVAL has two meanings: no such object, or a uid or gid that this user namespace does not have. */
	return r == -EINVAL && kipc_object_stat(object.kind, object.id, &before) < 0 ? -EIDRM : r;
}

static int read_semaphore(int id, int index, struct kipc_semaphore *semaphore)
{
	semaphore->pid = semctl(id, index, GETPID);
	semaphore->waiting = semctl(id, index, GETNCNT);
	semaphore->waiting_for_zero = semctl(id, index, GETZCNT);
	return semaphore->pid < 0 || semaphore->waiting < 0 || semaphore->waiting_for_zero < 0 ? -errno : 0;
}

int kipc_object_semaphores(int id, struct kipc_semaphore **ret_semaphores, size_t *ret_n_semaphores)
{
	struct kipc_semaphore *semaphores;
	struct kipc_object object;
	unsigned short *values;
	size_t n;
	int r;

	r = kipc_object_stat(KIPC_SEMAPHORE, id, &object);
	if (r < 0)
		return r;
	n = object.semaphore.semaphores;
	semaphores = calloc(n, sizeof *semaphores);
	values = calloc(n, sizeof *values);
	if (semaphores == NULL || values == NULL)
		r = -ENOMEM;
	else if (semctl(id, 0, GETALL, (union semun){ .array = values }) < 0)
		r = -errno;
	for (size_t i = 0; r == 0 && i < n; i++) {
		semaphores[i].value = values[i];
		r = read_semaphore(id, (int)i, &semaphores[i]);
	}
	free(values);
	if (r < 0) {
		free(semaphores);
		return r == -EINVAL ? -EIDRM : r;
	}
	*ret_semaphores = semaphores;
	*ret_n_semaphores = n;
	return 0;
}
