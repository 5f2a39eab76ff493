/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Semaphores: up, down, wait. A thin layer over semtimedop(2), which has a timeout, and can undo operations
 * when a process ends.
 */

#include "lib/semaphore.h"

#include <errno.h>
#include <limits.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#include "lib/deadline.h"

#define SEMVMX 32767 /* the largest value (include/uapi/linux/sem.h) */

static int operate_once(int id, struct sembuf *operations, size_t n, int64_t timeout,
			const struct deadline *deadline)
{
	struct timespec left;
	int r;

	if (timeout <= 0) {
		r = semop(id, operations, n);
		return r < 0 ? -errno : 0;
	}
	left = deadline_left(deadline);
	r = semtimedop(id, operations, n, &left);
	if (r < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

static int operate(struct kipc_channel *channel, struct sembuf *operations, size_t n, int64_t timeout)
{
	struct deadline deadline = { .is_armed = false };
	int id = channel_id_of_kind(channel, KIPC_SEMAPHORE), r;

	if (id < 0)
		return id;
	if (timeout == KIPC_NOW)
		operations[0].sem_flg = (short)(operations[0].sem_flg | IPC_NOWAIT);
	else if (timeout > 0)
		deadline_init(&deadline, timeout);
	r = operate_once(id, operations, n, timeout, &deadline);
	if (r != -EINVAL)
		return r;
	r = channel_refresh(channel, id);
	if (r < 0)
		return r;
	r = operate_once(kipc_channel_id(channel), operations, n, timeout, &deadline);
	return r == -EINVAL ? -EIDRM : r;
}

static int change(struct kipc_channel *channel, int index, int by, unsigned flags, int64_t timeout)
{
	struct sembuf operation = { .sem_op = (short)by, .sem_flg = flags & KIPC_UNDO ? SEM_UNDO : 0 };

	if (flags & ~KIPC_UNDO)
		return -EINVAL;
	if (index < 0 || index > USHRT_MAX)
		return -EFBIG;
	operation.sem_num = (unsigned short)index;
	return operate(channel, &operation, 1, timeout);
}

int kipc_up(struct kipc_channel *channel, int index, int n, unsigned flags)
{
	if (n < 1 || n > SEMVMX)
		return -ERANGE;
	return change(channel, index, n, flags, KIPC_FOREVER);
}

int kipc_down(struct kipc_channel *channel, int index, int n, unsigned flags, int64_t timeout)
{
	if (n < 1 || n > SEMVMX)
		return -ERANGE;
	return change(channel, index, -n, flags, timeout);
}

/*
 * The kernel refuses an operation that would exceed SEMVMX, and then undoes all operations of the call. So
 * the call also adds the difference between SEMVMX and `max`, and takes it off again: then the semaphore
 * cannot exceed max, and no other process sees the value in between. -ERANGE: it would exceed max.
 */
static int add_below(struct kipc_channel *channel, unsigned short index, int n, int max)
{
	struct sembuf operations[] = {
		{ .sem_num = index, .sem_op = (short)(SEMVMX - max + n) },
		{ .sem_num = index, .sem_op = (short)(max - SEMVMX) },
	};

	return operate(channel, operations, max < SEMVMX ? 2 : 1, KIPC_FOREVER);
}

/* Sets the semaphore to `to` if its value is exactly `value`. -EAGAIN: it is another. */
static int compare_and_set(struct kipc_channel *channel, unsigned short index, int value, int to)
{
	struct sembuf operations[] = {
		{ .sem_num = index, .sem_op = (short)-value, .sem_flg = IPC_NOWAIT },
		{ .sem_num = index, .sem_op = 0, .sem_flg = IPC_NOWAIT },
		{ .sem_num = index, .sem_op = (short)to },
	};

	return operate(channel, operations, 3, KIPC_FOREVER);
}

int kipc_up_to(struct kipc_channel *channel, int index, int n, int max, unsigned flags)
{
	int r, value;

	if (flags != 0)
		return -EINVAL;
	if (n < 1 || n > SEMVMX || max < 1 || max > SEMVMX)
		return -ERANGE;
	if (index < 0 || index > USHRT_MAX)
		return -EFBIG;
	if (n > max)
		n = max;
	for (;;) {
		r = add_below(channel, (unsigned short)index, n, max);
		if (r != -ERANGE)
			return r < 0 ? r : n;
		if (n == 1)
			return 0;
		value = semctl(kipc_channel_id(channel), index, GETVAL);
		if (value < 0 && errno != EINVAL) /* EINVAL: removed, which the next round handles */
			return -errno;
		if (value >= max)
			return 0;
		r = value < 0 ? -EAGAIN : compare_and_set(channel, (unsigned short)index, value, max);
		if (r != -EAGAIN)
			return r < 0 ? r : max - value;
	}
}

/* Down and up in one call: the kernel does both or neither, and no other process sees the value in between. */
int semaphore_wait(struct kipc_channel *channel, int64_t timeout)
{
	unsigned short index = (unsigned short)kipc_channel_index(channel);
	struct sembuf operations[] = {
		{ .sem_num = index, .sem_op = -1 },
		{ .sem_num = index, .sem_op = 1 },
	};

	return operate(channel, operations, 2, timeout);
}
