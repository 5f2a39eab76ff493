/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_WORD_H
#define KIPC_LIB_RING_WORD_H

/* Takes the word of a side apart. lib/ring/layout.h describes its bits. */

#include "lib/ring/layout.h"

/* The low 31 bits of the side's position. */
static inline uint64_t ring_word_position(uint64_t word)
{
	return word >> RING_WORD_POSITION_SHIFT;
}

/* The word of a free lock at that position, with no sleepers. Only the low 31 bits of `position` count. */
static inline uint64_t ring_word_at(uint64_t position)
{
	return (position & RING_POSITION_MASK) << RING_WORD_POSITION_SHIFT;
}

/* The TID of the thread that holds the lock; 0: the lock is free. */
static inline uint32_t ring_word_owner(uint64_t word)
{
	return (uint32_t)(word & RING_WORD_OWNER);
}

#endif
