/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Creates kernel objects, for programs that want one of their own. kipcd does not use this: it also has to
 * write its registry.
 */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "lib/kipc.h"

/*
 * The kernel creates a queue with the capacity kernel.msgmnb. If another one cannot be set, removes the queue
 * again.
 */
static int set_capacity(const struct kipc_object *wanted, int id)
{
	struct kipc_object object;
	int r;

	if (wanted->kind != KIPC_QUEUE || wanted->queue.capacity == 0)
		return 0;
	r = kipc_object_stat(KIPC_QUEUE, id, &object);
	if (r < 0)
		return r;
	object.queue.capacity = wanted->queue.capacity;
	r = kipc_object_alter(&object, KIPC_ALTER_CAPACITY);
	if (r < 0)
		msgctl(id, IPC_RMID, NULL);
	return r;
}

int kipc_object_create(const struct kipc_object *wanted, int *ret_id)
{
	const int flags = (int)(wanted->mode & 0777) | IPC_CREAT | IPC_EXCL;
	int id = -1, r;

	switch (wanted->kind) {
	case KIPC_QUEUE:
		id = msgget(wanted->key, flags);
		break;
	case KIPC_SEGMENT:
		if (wanted->segment.size > SIZE_MAX)
			return -EINVAL;
		id = shmget(wanted->key, (size_t)wanted->segment.size, flags);
		break;
	case KIPC_SEMAPHORE:
		if (wanted->semaphore.semaphores > INT_MAX)
			return -EINVAL;
		id = semget(wanted->key, (int)wanted->semaphore.semaphores, flags);
		break;
	default:
		return -EINVAL;
	}
	if (id < 0)
		return -errno;
	r = set_capacity(wanted, id);
	if (r == 0)
		*ret_id = id;
	return r;
}
