/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_OBJECT_REMOVE_H
#define KIPC_LIB_OBJECT_REMOVE_H

/*
 * Removing an object: unless by force, only if it is empty behind a fence, where all its permissions are
 * taken away.
 */

#include "lib/kipc.h"

/* kipc_object_remove() for a caller that has the segment attached `n_ours` times itself. */
int object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid, unsigned n_ours,
		  struct kipc_object *ret_lost);

/*
 * Attaches a segment and takes all its permissions away, so that no other process can attach it from then on.
 * *ret_now is the segment as it is then, without this attachment. For its owner or creator, which has to call
 * object_unfence_segment() later; that restores the permissions of `seen`. On failure nothing is changed.
 * -EPERM: neither owner nor creator; -EIDRM; -ENOMEM.
 */
int object_fence_segment(const struct kipc_object *seen, void **ret_address, struct kipc_object *ret_now);
void object_unfence_segment(const struct kipc_object *seen, void *address);

/*
 * Marks a ring as retired (ring_retire_at()). For its owner or creator, even if the mode does not let it
 * attach the ring. -EPERM: neither owner nor creator; -EPROTOTYPE: not a ring; errors of shmat(2).
 */
int object_retire(const struct kipc_object *object);

#endif
