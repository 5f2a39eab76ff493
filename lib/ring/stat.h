/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_STAT_H
#define KIPC_LIB_RING_STAT_H

#include "lib/ring/handle.h"

/* Figures, taken without a lock. */
void ring_stat(struct ring *ring, struct kipc_ring *ret_stat);

#endif
