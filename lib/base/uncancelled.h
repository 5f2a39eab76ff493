/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_UNCANCELLED_H
#define KIPC_LIB_BASE_UNCANCELLED_H

/*
 * What opens a file, or holds what must be put back, is no point of cancellation (pthread_cancel(3)): a thread that ended in
 * there would leave descriptors, memory or a message behind. Only a wait on a queue is one (lib/queue.c).
 */

#include <pthread.h>

/* Gives what uncancelled_end() wants. */
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
