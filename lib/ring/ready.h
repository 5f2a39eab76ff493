/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_READY_H
#define KIPC_LIB_RING_READY_H

/*
 * Whether the pages of records exist. The kernel may have no memory for a page of a segment of huge pages, or
 * of one made with SHM_NORESERVE, and touching such a page raises SIGBUS. So each handle remembers the pages
 * that it has asked the kernel for, and touches no byte of the data area before. It asks without holding a
 * lock, since that can take long.
 */

#include "lib/base/always-inline.h"
#include "lib/ring/handle.h"

/* How far a producer asks ahead, units: 64 KiB. */
#define RING_READY_AHEAD (65536 / RING_UNIT)

/* Units to pages of 4 KiB. No page is smaller, and if a larger page exists, all parts of it do. */
#define RING_READY_SHIFT 8

/* The offset before which all units exist. The fastest paths compare with nothing else. */
static inline uint64_t ring_ready_end(const struct ring *ring)
{
	/* Relaxed, here and below: it says nothing about the contents of the pages. */
	return atomic_load_explicit(&ring->ready_end, memory_order_relaxed);
}

static inline bool ring_ready_has_page(const struct ring *ring, uint64_t page)
{
	return atomic_load_explicit(&ring->ready[page], memory_order_relaxed);
}

/* Whether the pages from `page` to `last` exist. */
bool ring_ready_has_pages(const struct ring *ring, uint64_t page, uint64_t last);

/* Whether the units exist: at least one, and none behind the end of the data area. */
static ALWAYS_INLINE bool ring_ready_has(const struct ring *ring, uint64_t offset, uint64_t units)
{
	uint64_t page = offset >> RING_READY_SHIFT, last = (offset + units - 1) >> RING_READY_SHIFT;

	return ring_ready_has_page(ring, page) &&
	       (page == last || ring_ready_has_pages(ring, page + 1, last));
}

/*
 * Asks the kernel for the pages of `units` units; if there is enough memory, for those of `wanted` units,
 * which may reach beyond the end. Not under a lock. -ENOBUFS: the kernel has no memory for them; -ENOMEM.
 */
int ring_ready_make(struct ring *ring, uint64_t offset, uint64_t units, uint64_t wanted);

#endif
