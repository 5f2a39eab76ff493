/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_ATTACH_H
#define KIPC_LIB_RING_ATTACH_H

/* A segment becomes a handle, and back. */

#include "lib/ring/handle.h"

/*
 * Attaches a segment that is a ring. -EPROTOTYPE: it is none; -EBADMSG: its geometry is wrong; -EXDEV; -EACCES;
 * -EIDRM; -ENOMEM. Free with ring_free().
 */
int ring_attach(int id, bool is_writable, struct ring **ret_ring);

/* Detaches this and the older ones. NULL is fine. Returns NULL. */
struct ring *ring_free(struct ring *ring);

/*
 * 1: its ring has no message; 0: it has, or its positions are broken; -EBADMSG: its geometry is; errors as ring_attach().
 * Attaches it for a moment.
 */
int ring_is_empty(int id);

/* The same for a segment that the caller has attached. */
int ring_is_empty_at(void *address, uint64_t segment_size);

/*
 * Marks a ring, attached by the caller, as no longer the one that its key means, and wakes all that sleep on it.
 * -EPROTOTYPE: it is no ring.
 */
int ring_retire_at(void *address, uint64_t segment_size);

#endif
