/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_WORD_H
#define KIPC_LIB_RING_WORD_H

/* The parts of the word of a side (lib/ring/layout.h). */

#include "lib/ring/layout.h"

static inline uint64_t ring_word_position(uint64_t word)
{
	return word >> RING_WORD_POSITION_SHIFT;
}

static inline uint64_t ring_word_at(uint64_t position)
{
	return (position & RING_POSITION_MASK) << RING_WORD_POSITION_SHIFT;
}

static inline uint32_t ring_word_owner(uint64_t word)
{
	return (uint32_t)(word & RING_WORD_OWNER);
}

#endif
