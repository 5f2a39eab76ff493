/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CHANNEL_CLASS_H
#define KIPC_COMMON_CHANNEL_CLASS_H

/* What a channel can be: a kind and, of a segment, its layout. The classes are bits, so that a verb or a key can say which it takes. */

#include "lib/kipc.h"

enum channel_class {
	CHANNEL_QUEUE = 1 << 0,
	CHANNEL_RING = 1 << 1,
	CHANNEL_RAW = 1 << 2,
	CHANNEL_SEMAPHORE = 1 << 3,
};
#define CHANNEL_STREAM (CHANNEL_QUEUE | CHANNEL_RING) /* what messages go through */
#define CHANNEL_SEGMENT (CHANNEL_RING | CHANNEL_RAW)
#define CHANNEL_ANY (CHANNEL_STREAM | CHANNEL_SEGMENT | CHANNEL_SEMAPHORE)

/* The classes that kinds (KIPC_QUEUE…) can have. */
static inline unsigned channel_classes_of_kinds(unsigned bits)
{
	return ((bits & KIPC_QUEUE) != 0 ? CHANNEL_QUEUE : 0) |
	       ((bits & KIPC_SEGMENT) != 0 ? CHANNEL_SEGMENT : 0) |
	       ((bits & KIPC_SEMAPHORE) != 0 ? CHANNEL_SEMAPHORE : 0);
}

#endif
