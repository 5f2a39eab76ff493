/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PROCESS_H
#define KIPC_LIB_RING_PROCESS_H

/*
 * What this process knows about itself: a mark, its PID namespace, and what it writes into its claims.
 *
 * It lies on a page that the kernel clears in a child, however the child was forked; so a child that inherits
 * a handle is told from its parent without a system call. The mark is a number that no ancestor of the
 * process has; 0: not known yet.
 *
 * None of these functions is a cancellation point, and none may be called while a lock of a ring is held:
 * /proc can be slow.
 */

#include "lib/ring/claimant.h"

/*
 * Fills in the page; *ret_mark points to the mark, which becomes 0 in a child. -ENOMEM; -ENOSYS: the kernel
 * cannot clear pages in a child (Linux before 4.14).
 */
int ring_process_know(const _Atomic uint32_t **ret_mark);

/* The inode of our PID namespace. -EXDEV: neither /proc nor the kernel (since Linux 6.11) tells. */
int ring_process_namespace(uint64_t *ret_inode);

/*
 * -EXDEV: this process is in another PID namespace than that one; 0 if it is in that one, or if nothing
 * tells. The process must be known.
 */
int ring_process_check_namespace(uint64_t inode);

/*
 * Fills in the owner and start of a claim by this process, each time with another ticket. The process must be
 * known. -EMFILE, -ENFILE: no descriptor is free, which the first claim needs; -ENOSYS: /proc is missing.
 */
int ring_process_claim(struct ring_claimant *ret_claim);

#endif
