/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Is it empty, and removing it: what everybody goes through who removes an object. Nothing is removed unforced that was
 * not found empty behind a fence, where nobody but us has rights any more; what is refused gets its rights back.
 *
 * A ring says only inside whether it is empty, so it is attached; and whoever sleeps on one is told that it is gone.
 */

#include "lib/object-remove.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/base/uncancelled.h"
#include "lib/object.h"
#include "lib/ring/attach.h"

/*
 * Untouched is a set that nobody but its maker operated on. sem_otime cannot tell (its maker's null operation sets
 * it), the last pid of each semaphore can; a pid of 0 (another PID namespace) counts only if nobody ever operated. Pids
 * come back, but the maker's operation came before its last IPC_SET: what came after is somebody else's.
 */
static int semaphores_are_untouched(const struct kipc_object *object, pid_t pristine_pid)
{
	struct kipc_semaphore *semaphores;
	bool untouched = true;
	size_t n;
	int r;

	r = kipc_object_semaphores(object->id, &semaphores, &n);
	if (r == -EACCES)
		return 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		bool by_maker = pristine_pid != 0 && semaphores[i].pid == pristine_pid &&
				object->semaphore.otime <= object->ctime;
		bool by_nobody = semaphores[i].pid == 0 && object->semaphore.otime == 0;

		if ((!by_maker && !by_nobody) || semaphores[i].waiting > 0 ||
		    semaphores[i].waiting_for_zero > 0)
			untouched = false;
	}
	free(semaphores);
	return untouched;
}

static bool read_rmid_is_forced(void)
{
	FILE *file = fopen("/proc/sys/kernel/shm_rmid_forced", "re");
	int c;

	/* Where it cannot be told, it may be: but a kernel whose other settings are there has none of that name. */
	if (file == NULL)
		return errno != ENOENT || access("/proc/sys/kernel", F_OK) < 0;
	c = getc(file);
	fclose(file);
	return c != '0';
}

bool object_rmid_is_forced(void)
{
	int cancellation = uncancelled_begin();
	bool is_forced = read_rmid_is_forced();

	uncancelled_end(cancellation);
	return is_forced;
}

/*
 * A segment that nobody ever attached, or a ring without messages that nobody has attached. Only one that was attached
 * before is attached to see, and not where our detaching would be its end.
 */
static int segment_is_empty(const struct kipc_object *object, unsigned n_ours)
{
	int r;

	if (object->segment.attached > n_ours)
		return 0;
	if (object->segment.atime == 0)
		return 1;
	if (object->segment.attached == 0 && object_rmid_is_forced())
		return 0;
	r = ring_is_empty(object->id);
	return r == -EIDRM ? r : r > 0;
}

int object_is_empty(const struct kipc_object *object, pid_t pristine_pid, unsigned n_ours)
{
	switch (object->kind) {
	case KIPC_QUEUE:
		return object->queue.messages == 0;
	case KIPC_SEGMENT:
		return segment_is_empty(object, n_ours);
	case KIPC_SEMAPHORE:
		return semaphores_are_untouched(object, pristine_pid);
	}
	return -EINVAL;
}

int kipc_object_is_empty(const struct kipc_object *object, pid_t pristine_pid)
{
	return object_is_empty(object, pristine_pid, 0);
}

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

/* The object as it is now, if it still is the one that was seen. -ESTALE: it has changed hands, so the judgement is void. */
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

/* For its owner or creator: where the mode keeps that one out, it is changed for a moment. */
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

	/* Before its rights are gone: without any, its own creator cannot attach it. */
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
 * Takes all rights away, looks again, and removes or gives them back. A semaphore set keeps its creator's right to
 * read, without which its counts cannot be looked at; reading changes nothing. CAP_IPC_OWNER passes every fence.
 * `object` is how it was seen, and becomes how it was found behind the fence.
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
		/* Of a capacity above kernel.msgmnb the fence may have cost the excess: it cannot be had back. */
		(void)kipc_object_alter(&before, KIPC_ALTER_MODE);
		object->mode = before.mode;
	}
	return r;
}

/* The same for a segment that was found to be an empty ring. */
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
	(void)ring_retire_at(address, object->segment.size); /* CAP_IPC_OWNER passes the fence */
	shmdt(address);
	return 0;
}

/*
 * By force. Who has a ring attached is told, so that nobody waits in it for ever: after the removal, which may be
 * refused, and in what we still have attached. A kill in between leaves no ring that is there but retired.
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

/* All that can wait: what a fault raises, and what somebody may catch it by, cannot. */
static void hold_signals(sigset_t *ret_before)
{
	static const int faults[] = { SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };
	sigset_t held;

	sigfillset(&held);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(&held, faults[i]);
	pthread_sigmask(SIG_BLOCK, &held, ret_before);
}

/* A signal that ended us behind a fence would leave the object without rights, and all its users shut out. */
int object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid, unsigned n_ours,
		  struct kipc_object *ret_lost)
{
	sigset_t before;
	int r;

	hold_signals(&before);
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
