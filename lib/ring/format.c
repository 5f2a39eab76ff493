/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The geometry of a ring. Another program may write to the header, so each number is read once and checked
 * before it is used.
 */

#include "lib/ring/format.h"

#include <assert.h>
#include <errno.h>

#include "lib/base/pages.h"
#include "lib/ring/process.h"
#include "lib/ring/record.h"
#include "lib/ring/touch.h"

#define SIZE_MIN (2 * RING_HEADER_SIZE)
#define DEFAULT_MESSAGES 8 /* of the largest size, by the size of the whole segment */

/* The size of the data area in a segment of that size, both in bytes; 0: the segment cannot be a ring. */
static uint64_t capacity_of(uint64_t segment_size)
{
	uint64_t capacity;

	if (segment_size < SIZE_MIN)
		return 0;
	capacity = (segment_size - RING_HEADER_SIZE) / RING_UNIT * RING_UNIT;
	return capacity > RING_CAPACITY_MAX ? 0 : capacity;
}

/*
 * Twice the record has to fit, because the padding before a record can be almost as long as the record. So an
 * empty ring takes any message, wherever its positions stand.
 */
static bool max_message_fits(uint64_t max_message, uint64_t capacity)
{
	return max_message > 0 && max_message <= UINT32_MAX &&
	       2 * ring_record_units(max_message) * RING_UNIT <= capacity;
}

bool ring_format_has_magic(const struct ring_header *header, uint64_t segment_size)
{
	/* Acquire: pairs with the release in ring_format_write(). */
	return segment_size >= SIZE_MIN &&
	       atomic_load_explicit(&header->magic, memory_order_acquire) == RING_MAGIC;
}

int ring_format_read(struct ring *ring, uint64_t segment_size)
{
	const volatile struct ring_header *header = ring->header;
	uint64_t capacity = header->capacity, max_message = header->max_message;

	if (header->version != RING_VERSION || header->header_size != RING_HEADER_SIZE || capacity == 0 ||
	    capacity != capacity_of(segment_size) || !max_message_fits(max_message, capacity))
		return ring_broken(ring, KIPC_RING_GEOMETRY);
	ring->data = (char *)ring->header + RING_HEADER_SIZE;
	ring->capacity = capacity / RING_UNIT;
	ring->max_message = (uint32_t)max_message;
	ring->max_at_once = max_message < RING_COPY_MAX ? (uint32_t)max_message : RING_COPY_MAX;
	return 0;
}

void ring_format_write(struct ring_header *header, uint64_t capacity, uint64_t max_message,
		       uint64_t pid_namespace)
{
	assert(capacity % RING_UNIT == 0 && max_message_fits(max_message, capacity));
	/* Relaxed throughout: no other process has it attached, and the magic publishes it. */
	atomic_store_explicit(&header->magic, 0, memory_order_relaxed);
	header->version = RING_VERSION;
	header->header_size = RING_HEADER_SIZE;
	header->capacity = capacity;
	header->max_message = max_message;
	header->pid_namespace = pid_namespace;
	atomic_store_explicit(&header->retired, 0, memory_order_relaxed);
	for (unsigned i = 0; i < 2; i++) {
		struct ring_side *side = i == 0 ? &header->producers : &header->consumers;

		*side = (struct ring_side){ 0 };
		/* The second count agrees with no word until it is filled in. */
		atomic_store_explicit(&side->counts[1].position, RING_POSITION_MASK, memory_order_relaxed);
	}
	/*
	 * Release: a process that finds the magic finds the rest. Pairs with the acquire in
	 * ring_format_has_magic().
	 */
	atomic_store_explicit(&header->magic, RING_MAGIC, memory_order_release);
}

int ring_format(void *address, uint64_t segment_size, size_t max_message)
{
	uint64_t capacity = capacity_of(segment_size), namespace;
	int r;

	if (max_message == 0)
		max_message = segment_size / DEFAULT_MESSAGES;
	if (capacity == 0 || !max_message_fits(max_message, capacity))
		return -EINVAL;
	r = pages_populate(address, RING_HEADER_SIZE);
	if (r == 0)
		r = ring_process_namespace(&namespace);
	if (r == 0)
		ring_format_write(address, capacity, max_message, namespace);
	return r;
}
