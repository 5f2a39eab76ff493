/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_OBJECT_REMOVE_H
#define KIPC_LIB_OBJECT_REMOVE_H

/* Removing an object: nothing unforced that is not found empty behind a fence. */

#include "lib/kipc.h"

/* Whether kernel.shm_rmid_forced is on, or may be: then the last to detach a segment ends it, and so does its creator's death. */
bool object_rmid_is_forced(void);

/* As kipc_object_is_empty() and kipc_object_remove(), for who has the segment attached `n_ours` times himself. */
int object_is_empty(const struct kipc_object *object, pid_t pristine_pid, unsigned n_ours);
int object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid, unsigned n_ours,
		  struct kipc_object *ret_lost);

/*
 * Attaches a segment and takes all rights to it away, so that from here on nobody comes in: *ret_now is how it stands
 * then, this attachment not counted. For its owner or creator, to be ended by object_unfence_segment(), which gives the
 * rights of `seen` back. -EPERM: neither; -EIDRM; -ENOMEM; nothing is changed then.
 */
int object_fence_segment(const struct kipc_object *seen, void **ret_address, struct kipc_object *ret_now);
void object_unfence_segment(const struct kipc_object *seen, void *address);

/*
 * Marks a ring as retired (ring_retire_at()). For its owner or creator, even where the mode forbids attaching. -EPERM: the
 * caller is neither; errors of attaching.
 */
int object_retire(const struct kipc_object *object);

#endif
