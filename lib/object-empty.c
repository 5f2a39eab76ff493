/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whether the removal of an object would lose nothing. In doubt it would. Whether a ring has messages is
 * written inside it, so it is attached for a moment.
 */

#include "lib/object-empty.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/uncancelled.h"
#include "lib/ring/attach.h"

/*
 * A set is untouched if no process but its maker has operated on it. sem_otime cannot tell, since the maker's
 * null operation sets it; the last pid of each semaphore can. A pid of 0 may stand for a process of another
 * PID namespace, so it counts only if no process has ever operated. Pids are reused, but the maker's
 * operation came before its last IPC_SET: a later one is another process's.
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

	/*
	 * If it cannot be read, it may be on; but a kernel with other settings and without this one does not
	 * have it.
	 */
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
 * Empty is a segment that was never attached, or a ring without messages that no other process has attached.
 * Only a segment that was attached before is attached to check, and not if our detaching would remove it.
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
