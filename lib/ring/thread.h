/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_THREAD_H
#define KIPC_LIB_RING_THREAD_H

/*
 * This thread as the kernel's robust futexes know it: its TID, and the list in which it tells the kernel
 * which lock it is about to take, holds or sleeps on. If the thread dies, the kernel frees that lock.
 */

#include <stdbool.h>
#include <stdint.h>

#include "lib/ring/layout.h"

struct ring_thread {
	/*
	 * Of the thread's process (lib/ring/process.h). Points to a 0 in a thread that is not known: the rest
	 * is not set.
	 */
	const _Atomic uint32_t *mark;
	uint32_t tid;
	struct robust_list_head *robust;
};

/*
 * Initial-exec: one instruction to reach it, and 24 bytes of the space that libc reserves for libraries
 * loaded late.
 */
extern _Thread_local struct ring_thread ring_thread __attribute__((tls_model("initial-exec")));

/* Fills in ring_thread. -ENOSYS: the C library gave this thread no robust list; errors of ring_process_know(). */
int ring_thread_init(void);

/* The mark of this thread's process; 0: ring_thread_init() has not run in this process. */
static inline uint32_t ring_thread_mark(void)
{
	/* Relaxed: this thread has seen what was stored before the mark, or it reads a 0. */
	return atomic_load_explicit(ring_thread.mark, memory_order_relaxed);
}

/*
 * Whether ring_thread is filled in for this process. A thread that has called fork() is another one in the
 * child.
 */
static inline bool ring_thread_is_known(void)
{
	return ring_thread_mark() != 0;
}

/*
 * Tells the kernel which lock this thread is about to take, holds or sleeps on; NULL: none. If the thread
 * dies, the kernel looks at this lock: it frees it if the thread held it, and wakes one sleeper. The kernel
 * adds the list's futex_offset to the entry to get the address of the lock; it never follows the entry as a
 * pointer. The thread must be known.
 */
static inline void ring_thread_announce(struct ring_side *side)
{
	struct robust_list_head *robust = ring_thread.robust;
	char *entry = NULL;

#ifndef RING_DEFECT_UNANNOUNCED /* a seeded defect, which tests/ring-storm.sh must find */
	if (side != NULL)
		entry = (char *)&side->word + RING_WORD_LOCK_OFFSET - robust->futex_offset;
#endif
	/* Volatile, and fenced only against the compiler: the kernel reads it when this very thread exits. */
	atomic_signal_fence(memory_order_seq_cst);
	*(struct robust_list *volatile *)&robust->list_op_pending = (struct robust_list *)entry;
	atomic_signal_fence(memory_order_seq_cst);
}

#endif
