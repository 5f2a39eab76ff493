/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_UNCANCELLED_H
#define KIPC_LIB_BASE_UNCANCELLED_H

/*
 * Disables cancellation (pthread_cancel(3)) around code that opens a file or changes what it must restore: a
 * thread that ended in between would leak a descriptor or memory, or lose a message. In this library only a
 * wait on a queue is a cancellation point (lib/queue.c).
 */

#include <pthread.h>

/* Returns the state that uncancelled_end() restores. */
static inline int uncancelled_begin(void)
{
	int before = PTHREAD_CANCEL_ENABLE;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static inline void uncancelled_end(int before)
{
	(void)pthread_setcancelstate(before, NULL);
}

#endif
