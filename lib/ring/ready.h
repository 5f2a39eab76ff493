/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_READY_H
#define KIPC_LIB_RING_READY_H

/*
 * Whether the pages of records are there. A segment of huge pages, or one made with SHM_NORESERVE, can lack memory, and
 * touching a page that cannot be made ends the process by SIGBUS. So each handle remembers which pages it has asked the
 * kernel for, and no byte of the data area is touched before. They are asked for without the lock, since that can take long.
 */

#include "lib/ring/handle.h"

/* What a producer makes ready as it goes, units: 64 KiB. */
#define RING_READY_AHEAD (65536 / RING_UNIT)

#define RING_READY_SHIFT                                                                                     \
	8 /* units: 4 KiB. No page is smaller, and what is there of a larger one is there of its parts. */

/* All units before that one. What is in a hurry goes by this alone. */
static inline uint64_t ring_ready_end(const struct ring *ring)
{
	/* Relaxed, here and below: says nothing of what lies there. */
	return atomic_load_explicit(&ring->ready_end, memory_order_relaxed);
}

static inline bool ring_page_is_ready(const struct ring *ring, uint64_t page)
{
	return atomic_load_explicit(&ring->ready[page], memory_order_relaxed);
}

/* Those from `page` to `last`. */
bool ring_pages_are_ready(const struct ring *ring, uint64_t page, uint64_t last);

/* At least one unit, all of them inside. */
static inline __attribute__((always_inline)) bool ring_is_ready(const struct ring *ring, uint64_t offset,
								uint64_t units)
{
	uint64_t page = offset >> RING_READY_SHIFT, last = (offset + units - 1) >> RING_READY_SHIFT;

	return ring_page_is_ready(ring, page) && (page == last || ring_pages_are_ready(ring, page + 1, last));
}

/*
 * Makes the pages; if the kernel has memory, for `wanted` units, which may reach beyond the end. Not under a lock. -ENOBUFS:
 * there is no memory; -ENOMEM.
 */
int ring_make_ready(struct ring *ring, uint64_t offset, uint64_t units, uint64_t wanted);

#endif
