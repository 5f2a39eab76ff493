/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_BURY_H
#define KIPC_LIB_RING_BURY_H

/* The end of a retired ring in this process. */

#include "lib/ring/handle.h"

/*
 * Gives the memory of a retired ring back to the kernel while other threads may be using the handle: they
 * find an empty, retired ring. Does nothing if this process holds something in the ring, or another party
 * does not leave its locks.
 */
void ring_bury(struct ring *ring);

#endif
