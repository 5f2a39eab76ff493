/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Removing objects. The library and kipcd remove existing objects only here. Unless by force, an object is
 * removed only if it is empty behind a fence, where no other process has permissions any more; if it is not
 * empty, it gets them back. Threads that sleep on a removed ring are woken.
 */

#include "lib/object-remove.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "lib/object-empty.h"
#include "lib/ring/attach.h"

static int object_destroy(const struct kipc_object *object)
{
	int r;

	if (object->kind == KIPC_QUEUE)
		r = msgctl(object->id, IPC_RMID, NULL);
	else if (object->kind == KIPC_SEGMENT)
		r = shmctl(object->id, IPC_RMID, NULL);
	else
		r = semctl(object->id, 0, IPC_RMID);
	return r < 0 ? -errno : 0;
}

/*
 * The object as it is now. -EIDRM: the object that was seen is gone; -ESTALE: it has another owner now, so
 * whatever was decided about it does not count.
 */
static int look_again(const struct kipc_object *seen, struct kipc_object *ret_now)
{
	struct kipc_object now;
	int r;

	r = kipc_object_stat(seen->kind, seen->id, &now);
	if (r < 0)
		return r;
	if (now.key != seen->key || now.cuid != seen->cuid)
		return -EIDRM;
	*ret_now = now;
	return now.uid == seen->uid ? 0 : -ESTALE;
}

/* -- fences -- */

/*
 * For its owner or creator: if the mode does not let it attach the segment, changes the mode for a moment.
 * Errors of shmat(2).
 */
static int attach_ours(const struct kipc_object *object, void **ret_address)
{
	struct kipc_object opened = *object;
	void *address = shmat(object->id, NULL, 0);
	int r;

	if (address == (void *)-1 && errno == EACCES) {
		opened.mode = 0600;
		r = kipc_object_alter(&opened, KIPC_ALTER_MODE);
		if (r < 0)
			return r;
		address = shmat(object->id, NULL, 0);
		r = -errno;
		(void)kipc_object_alter(object, KIPC_ALTER_MODE);
		errno = -r;
	}
	if (address == (void *)-1)
		return errno == EINVAL ? -EIDRM : -errno;
	*ret_address = address;
	return 0;
}

int object_fence_segment(const struct kipc_object *seen, void **ret_address, struct kipc_object *ret_now)
{
	struct kipc_object fenced = *seen;
	void *address;
	int r;

	/* First attach: without permissions, not even its creator can. */
	r = attach_ours(seen, &address);
	if (r < 0)
		return r;
	fenced.mode = 0;
	r = kipc_object_alter(&fenced, KIPC_ALTER_MODE);
	if (r == 0)
		r = look_again(seen, ret_now);
	if (r < 0) {
		object_unfence_segment(seen, address);
		return r == -ESTALE ? -EIDRM : r;
	}
	ret_now->segment.attached--;
	*ret_address = address;
	return 0;
}

void object_unfence_segment(const struct kipc_object *seen, void *address)
{
	(void)kipc_object_alter(seen, KIPC_ALTER_MODE);
	shmdt(address);
}

int object_retire(const struct kipc_object *object)
{
	void *address;
	int r;

	r = attach_ours(object, &address);
	if (r < 0)
		return r;
	r = ring_retire_at(address, object->segment.size);
	shmdt(address);
	return r;
}

/* -- removing -- */

/*
 * Takes all permissions away, checks again, and removes the object or gives them back. A semaphore set keeps
 * its creator's read permission, which is needed to read its counts; reading changes nothing. A process with
 * CAP_IPC_OWNER passes every fence. `object` is the object as it was seen, and becomes what was found behind
 * the fence.
 */
static int remove_fenced(struct kipc_object *object, pid_t pristine_pid)
{
	const struct kipc_object before = *object;
	struct kipc_object fenced = before;
	int r, empty;

	fenced.mode = before.kind == KIPC_SEMAPHORE ? 0400 : 0;
	r = kipc_object_alter(&fenced, KIPC_ALTER_MODE);
	if (r < 0)
		return r;
	r = look_again(&before, object);
	if (r == 0) {
		empty = kipc_object_is_empty(object, pristine_pid);
		r = empty > 0 ? object_destroy(object) : empty < 0 ? empty : -EBUSY;
	}
	if (r < 0 && r != -EIDRM) {
		/* The fence may have reduced a capacity above kernel.msgmnb, and that cannot be undone. */
		(void)kipc_object_alter(&before, KIPC_ALTER_MODE);
		object->mode = before.mode;
	}
	return r;
}

/* The same for a segment that is an empty ring. */
static int remove_ring_fenced(struct kipc_object *object, unsigned n_ours)
{
	const struct kipc_object before = *object;
	void *address;
	int r;

	r = object_fence_segment(&before, &address, object);
	if (r < 0)
		return r;
	if (object->segment.attached > n_ours || ring_is_empty_at(address, object->segment.size) <= 0)
		r = -EBUSY;
	else
		r = object_destroy(object);
	object->mode = before.mode;
	if (r < 0) {
		object_unfence_segment(&before, address);
		return r;
	}
	/* A process with CAP_IPC_OWNER may have passed the fence. */
	(void)ring_retire_at(address, object->segment.size);
	shmdt(address);
	return 0;
}

/*
 * By force. A ring is retired, so that no thread waits in it for ever: after the removal, which may be
 * refused, and through our own attachment. So a kill in between leaves no ring that is retired but still
 * exists.
 */
static int remove_by_force(const struct kipc_object *object)
{
	void *address = NULL;
	int r;

	if (object->kind == KIPC_SEGMENT && object->segment.attached > 0 && attach_ours(object, &address) < 0)
		address = NULL;
	r = object_destroy(object);
	if (address == NULL)
		return r;
	if (r == 0)
		(void)ring_retire_at(address, object->segment.size);
	shmdt(address);
	return r;
}

static int remove_now(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid, unsigned n_ours,
		      struct kipc_object *ret_lost)
{
	struct kipc_object now;
	int r, empty;

	r = look_again(seen, &now);
	if (r < 0)
		return r == -ESTALE ? -EIDRM : r;
	empty = object_is_empty(&now, pristine_pid, n_ours);
	if (empty < 0 && !(flags & KIPC_REMOVE_EVEN_IF_NOT_EMPTY))
		return empty;
	if (empty == 0 && !(flags & KIPC_REMOVE_EVEN_IF_NOT_EMPTY))
		r = -EBUSY;
	else if (flags & KIPC_REMOVE_DRY_RUN)
		r = 0;
	else if (flags & KIPC_REMOVE_EVEN_IF_NOT_EMPTY)
		r = remove_by_force(&now);
	else if (now.kind == KIPC_SEGMENT && now.segment.atime != 0)
		r = remove_ring_fenced(&now, n_ours);
	else
		r = remove_fenced(&now, pristine_pid);
	if (ret_lost != NULL && (r == 0 || r == -EBUSY))
		*ret_lost = now;
	return r == -EINVAL || r == -ESTALE ? -EIDRM : r;
}

/* Blocks all signals that can wait: those that a fault raises, and SIGABRT, cannot. */
static void block_signals(sigset_t *ret_before)
{
	static const int faults[] = { SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };
	sigset_t blocked;

	sigfillset(&blocked);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_BLOCK, &blocked, ret_before);
}

/* A signal that killed us behind a fence would leave the object without permissions, and all its users shut out. */
int object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid, unsigned n_ours,
		  struct kipc_object *ret_lost)
{
	sigset_t before;
	int r;

	block_signals(&before);
	r = remove_now(seen, flags, pristine_pid, n_ours, ret_lost);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int kipc_object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid,
		       struct kipc_object *ret_lost)
{
	if (flags & ~(KIPC_REMOVE_EVEN_IF_NOT_EMPTY | KIPC_REMOVE_DRY_RUN))
		return -EINVAL;
	return object_remove(seen, flags, pristine_pid, 0, ret_lost);
}
