/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_KINDS_H
#define KIPC_CLIENT_FACTS_KINDS_H

/* The kinds of objects, in the order in which they are shown. */

#include <stddef.h>

#include "lib/kipc.h"

#define N_KINDS 3

static const enum kipc_kind kinds[N_KINDS] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };

static inline size_t kinds_index(enum kipc_kind kind)
{
	return kind == KIPC_QUEUE ? 0 : kind == KIPC_SEGMENT ? 1 : 2;
}

#endif
