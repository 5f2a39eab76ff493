/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks the kernel for pages of a ring's data area, and remembers the pages that it has. */

#include "lib/ring/ready.h"

#include <assert.h>

#include "lib/base/pages.h"

bool ring_ready_has_pages(const struct ring *ring, uint64_t page, uint64_t last)
{
	for (; page <= last; page++)
		if (!ring_ready_has_page(ring, page))
			return false;
	return true;
}

/* Two threads that do this at the same time both store a true value, though the later one may be the smaller. */
static void move_end(struct ring *ring)
{
	uint64_t end = ring_ready_end(ring);

	while (end < ring->capacity && ring_ready_has_page(ring, end >> RING_READY_SHIFT))
		end += 1 << RING_READY_SHIFT;
	if (end > ring->capacity)
		end = ring->capacity;
	atomic_store_explicit(&ring->ready_end, end, memory_order_relaxed);
}

static int make_ready(struct ring *ring, uint64_t offset, uint64_t units)
{
	uint64_t page = offset >> RING_READY_SHIFT, last = (offset + units - 1) >> RING_READY_SHIFT;
	uint64_t start = page << RING_READY_SHIFT, end = (last + 1) << RING_READY_SHIFT;
	int r;

	if (end > ring->capacity)
		end = ring->capacity;
	r = pages_populate(ring->data + start * RING_UNIT, (end - start) * RING_UNIT);
	/* Relaxed: a page that exists stays, and a thread that learns of it late only asks again. */
	for (; r == 0 && page <= last; page++)
		atomic_store_explicit(&ring->ready[page], true, memory_order_relaxed);
	move_end(ring);
	return r;
}

int ring_ready_make(struct ring *ring, uint64_t offset, uint64_t units, uint64_t wanted)
{
	assert(units > 0 && offset < ring->capacity && units <= ring->capacity - offset);
	if (wanted > ring->capacity - offset)
		wanted = ring->capacity - offset;
	if (wanted > units && make_ready(ring, offset, wanted) == 0)
		return 0;
	return make_ready(ring, offset, units);
}
