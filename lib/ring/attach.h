/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_ATTACH_H
#define KIPC_LIB_RING_ATTACH_H

/* From a segment to a handle and back, and what can be done to a ring without a handle. */

#include "lib/ring/handle.h"

/*
 * Attaches the segment `id`, which has to be a ring. Free *ret_ring with ring_free(). -EPROTOTYPE: it is not
 * a ring; -EBADMSG: its geometry is wrong; -EXDEV: it was made in another PID namespace (if is_writable);
 * -EACCES; -EIDRM; -ENOBUFS; -ENOMEM.
 */
int ring_attach(int id, bool is_writable, struct ring **ret_ring);

/* Detaches this ring and the older ones, and gives up what is held. NULL is allowed. Returns NULL. */
struct ring *ring_free(struct ring *ring);

/*
 * Attaches a ring for a moment. 1: it has no message; 0: it has messages, or its positions are broken;
 * -EBADMSG: its geometry is wrong; errors of ring_attach().
 */
int ring_is_empty(int id);

/* The same for a segment that the caller has attached. `segment_size` in bytes. */
int ring_is_empty_at(void *address, uint64_t segment_size);

/*
 * Marks a ring that the caller has attached as no longer the one that its key stands for, and wakes all
 * threads that sleep on it. -EPROTOTYPE: it is not a ring.
 */
int ring_retire_at(void *address, uint64_t segment_size);

#endif
