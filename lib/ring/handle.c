/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a thread may use a handle. */

#include "lib/ring/handle.h"

#include "lib/ring/process.h"

int ring_admit_slowly(struct ring *ring)
{
	int r = 0;

	if (!ring_thread_is_known())
		r = ring_thread_init();
	if (r == 0)
		r = ring_process_check_namespace(ring->pid_namespace);
	/* Relaxed: all threads of a process store the same value. */
	if (r == 0)
		atomic_store_explicit(&ring->mark, ring_thread_mark(), memory_order_relaxed);
	return r;
}
