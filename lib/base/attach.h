/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_ATTACH_H
#define KIPC_LIB_BASE_ATTACH_H

/* Attaching a segment by its id. */

#include "lib/kipc.h"

/*
 * Attaches a segment, and reads the size of the mapping and what else the kernel reports about it. The caller
 * calls shmdt(2). -EIDRM: no such segment; errors of shmat(2).
 */
int attach_segment(int id, bool is_writable, void **ret_address, struct kipc_object *ret_object);

#endif
