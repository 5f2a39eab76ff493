/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PROC_H
#define KIPC_LIB_RING_PROC_H

/*
 * What /proc says about processes. It proves nothing unless it shows our own PID namespace
 * (ring_proc_is_ours()). None of these functions is a cancellation point, and none may be called while a lock
 * of a ring is held: /proc can be slow.
 */

#include <stdbool.h>
#include <stdint.h>

struct ring_proc {
	char state;
	unsigned long threads; /* that have not been reaped, including the first */
	uint64_t started;      /* ticks since boot, in our time namespace */
};

/*
 * Reads /proc/PID/stat; `pid` is a number or "self". -EBADMSG: it is not a line as in proc(5); errors of
 * open(2), read(2).
 */
int ring_proc_read(const char *pid, struct ring_proc *ret_process);

/*
 * Whether the process has the segment `id` mapped. In doubt: true. False: it has other memory mapped, but not
 * the segment.
 */
bool ring_proc_has_mapped(uint32_t pid, int id);

/* Whether the numbers in /proc are those of our PID namespace. */
bool ring_proc_is_ours(void);

/*
 * How many ticks our time namespace is ahead of the initial one. False: /proc does not tell, and *ret_ticks
 * is 0.
 */
bool ring_proc_time_offset(int64_t *ret_ticks);

#endif
