/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_STAT_H
#define KIPC_LIB_RING_STAT_H

/* The counters and state of a ring, for display. */

#include "lib/ring/handle.h"

/* As kipc_ring_stat(). Takes no lock. The geometry has to be read. */
void ring_stat(struct ring *ring, struct kipc_ring *ret_stat);

#endif
