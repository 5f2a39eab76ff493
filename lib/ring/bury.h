/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_BURY_H
#define KIPC_LIB_RING_BURY_H

#include "lib/ring/handle.h"

/*
 * Gives the memory of a retired ring back, which threads may still be in: they find an empty one that is retired. Not where
 * something is held in it, or somebody does not leave it.
 */
void ring_bury(struct ring *ring);

#endif
