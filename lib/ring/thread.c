/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* This thread's TID and robust list, which the C library registered with the kernel. */

#include "lib/ring/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/ring/process.h"

/* The mark of every thread that is not known. */
static const _Atomic uint32_t no_mark;

_Thread_local struct ring_thread ring_thread = { .mark = &no_mark };

/*
 * glibc registers a thread's list when the thread starts; musl does so when the thread first takes a robust
 * mutex that processes can share. This one lives in our own memory, for a moment.
 */
static void register_robust_list(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;

	if (pthread_mutexattr_init(&attributes) != 0)
		return;
	if (pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
	    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
	    pthread_mutex_init(&mutex, &attributes) == 0) {
		if (pthread_mutex_lock(&mutex) == 0)
			pthread_mutex_unlock(&mutex);
		pthread_mutex_destroy(&mutex);
	}
	pthread_mutexattr_destroy(&attributes);
}

static struct robust_list_head *robust_list(void)
{
	struct robust_list_head *robust = NULL;
	size_t size = 0;

	if (syscall(SYS_get_robust_list, 0, &robust, &size) < 0 || size != sizeof *robust)
		return NULL;
	return robust;
}

int ring_thread_init(void)
{
	struct robust_list_head *robust = robust_list();
	const _Atomic uint32_t *mark;
	int r;

	if (robust == NULL) {
		register_robust_list();
		robust = robust_list();
	}
	if (robust == NULL)
		return -ENOSYS;
	r = ring_process_know(&mark);
	if (r < 0)
		return r;
	ring_thread.robust = robust;
	ring_thread.tid = (uint32_t)syscall(SYS_gettid);
	ring_thread.mark = mark;
	return 0;
}
