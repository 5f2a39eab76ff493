/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_OBJECT_EMPTY_H
#define KIPC_LIB_OBJECT_EMPTY_H

/* Whether the removal of an object would lose nothing. */

#include "lib/kipc.h"

/*
 * Whether kernel.shm_rmid_forced is on, or may be. If it is, the kernel removes a segment when its last user
 * detaches it, and when its creator dies.
 */
bool object_rmid_is_forced(void);

/* kipc_object_is_empty() for a caller that has the segment attached `n_ours` times itself. */
int object_is_empty(const struct kipc_object *object, pid_t pristine_pid, unsigned n_ours);

#endif
