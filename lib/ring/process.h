/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_PROCESS_H
#define KIPC_LIB_RING_PROCESS_H

/*
 * Processes as rings know them: this one, and whether the one that made a claim is still there.
 *
 * What is known of this process lies on a page that the kernel clears in a child, whichever way it was forked; so a child
 * that inherits a handle is told from its parent without a system call. Its mark is a number that no process has which
 * this one descends from; 0: this process is not known yet.
 *
 * Nothing here is a point of cancellation, and nothing is to be called while a lock of a ring is held: /proc can be slow.
 */

#include <stdbool.h>

#include "lib/ring/claimant.h"

/* Fills the page in. -ENOMEM: there is none; -ENOSYS: the kernel does not clear pages (Linux before 4.14). */
int ring_process_know(const _Atomic uint32_t **ret_mark);

/* The inode of our PID namespace. -EXDEV: neither /proc nor the kernel (6.11) tells. */
int ring_process_namespace(uint64_t *ret_inode);

/* Whether this process, which is known, is of that one: -EXDEV if it is of another, and not where nothing tells. */
int ring_process_check_namespace(uint64_t inode);

/*
 * The owner and start of a claim of this process, each time with another ticket. -EMFILE, -ENFILE: a first claim needs a
 * descriptor; -ENOSYS: there is no /proc.
 */
int ring_process_claim(struct ring_claimant *ret_claim);

/* Whether its process has ended. False: it lives, or nothing tells that it does not. Costs two system calls at least. */
bool ring_process_is_dead(const struct ring_claimant *claim);

/*
 * Whether it is void although its process lives: that executes another program by now. `id`: of the segment. Costs more.
 */
bool ring_process_is_another(const struct ring_claimant *claim, int id);

#endif
