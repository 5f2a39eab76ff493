/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rings as segments: formatting, attaching, checking and retiring one. What is attached is checked against
 * the size that the kernel reports, and the geometry is copied once, into our own memory.
 */

#include "lib/ring/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "lib/base/attach.h"
#include "lib/base/pages.h"
#include "lib/ring/format.h"
#include "lib/ring/in-place.h"
#include "lib/ring/lock.h"
#include "lib/ring/process.h"
#include "lib/ring/ready.h"
#include "lib/ring/stat.h"

/*
 * Attaches a segment that may be a ring, and makes sure that the pages of the header exist. -ENOBUFS: the kernel
 * has no memory for them; errors of attach_segment().
 */
static int attach(int id, bool is_writable, struct ring_header **ret_header, struct kipc_object *ret_object)
{
	uint64_t size;
	void *address;
	int r;

	r = attach_segment(id, is_writable, &address, ret_object);
	if (r < 0)
		return r;
	/* A segment too small for a header is not a ring, but the caller finds that out. */
	size = ret_object->segment.size;
	r = pages_populate(address, size < RING_HEADER_SIZE ? size : RING_HEADER_SIZE);
	if (r < 0) {
		shmdt(address);
		return r;
	}
	*ret_header = address;
	return 0;
}

int kipc_ring_format(int id, size_t max_message)
{
	struct ring_header *header;
	struct kipc_object object;
	int r;

	r = attach(id, true, &header, &object);
	if (r < 0)
		return r;
	r = object.segment.attached > 1 ? -EBUSY : ring_format(header, object.segment.size, max_message);
	shmdt(header);
	return r;
}

/*
 * TIDs count within a PID namespace. If our TID were also that of a thread in the ring's namespace, the
 * kernel would take our lock for that thread's and free it when that thread dies.
 */
static int check_namespace(struct ring *ring)
{
	uint64_t ours;
	int r;

	if (!ring->is_writable)
		return 0;
	ring->pid_namespace = ((const volatile struct ring_header *)ring->header)->pid_namespace;
	r = ring_process_namespace(&ours);
	return r == 0 && ours != ring->pid_namespace ? -EXDEV : r;
}

int ring_attach(int id, bool is_writable, struct ring **ret_ring)
{
	struct kipc_object object;
	struct ring *ring;
	int r;

	ring = aligned_alloc(alignof(struct ring), sizeof *ring);
	if (ring == NULL)
		return -ENOMEM;
	*ring = (struct ring){ .id = id, .is_writable = is_writable, .mark = RING_MARK_NONE };
	r = attach(id, is_writable, &ring->header, &object);
	if (r < 0) {
		free(ring);
		return r;
	}
	ring->segment_size = object.segment.size;
	if (!ring_format_has_magic(ring->header, object.segment.size))
		r = -EPROTOTYPE;
	if (r == 0)
		r = ring_format_read(ring, object.segment.size);
	if (r == 0)
		r = check_namespace(ring);
	if (r == 0 &&
	    (ring->ready = calloc((ring->capacity >> RING_READY_SHIFT) + 1, sizeof *ring->ready)) == NULL)
		r = -ENOMEM;
	if (r < 0) {
		ring_free(ring);
		return r;
	}
	*ret_ring = ring;
	return 0;
}

struct ring *ring_free(struct ring *ring)
{
	while (ring != NULL) {
		struct ring *older = ring->older;

		ring_give_up_holds(ring);
		if (ring->is_buried)
			munmap(ring->header, ring->segment_size);
		else
			shmdt(ring->header);
		free(ring->ready);
		free(ring);
		ring = older;
	}
	return NULL;
}

int ring_is_empty_at(void *address, uint64_t segment_size)
{
	struct ring ring = { .header = address };
	struct kipc_ring stat;
	int r;

	if (!ring_format_has_magic(address, segment_size))
		return -EPROTOTYPE;
	r = ring_format_read(&ring, segment_size);
	if (r < 0)
		return r;
	ring_stat(&ring, &stat);
	return stat.fault == KIPC_RING_SOUND && stat.used == 0;
}

int ring_is_empty(int id)
{
	struct ring_header *header;
	struct kipc_object object;
	int r;

	r = attach(id, false, &header, &object);
	if (r < 0)
		return r;
	r = ring_is_empty_at(header, object.segment.size);
	shmdt(header);
	return r;
}

int ring_retire_at(void *address, uint64_t segment_size)
{
	struct ring_header *header = address;

	/*
	 * It must work on a broken ring, and from any PID namespace, so that all sleeping threads wake: it
	 * checks only the magic.
	 */
	if (!ring_format_has_magic(header, segment_size))
		return -EPROTOTYPE;
	/* Relaxed: the change of the words that follows publishes it. */
	atomic_store_explicit(&header->retired, 1, memory_order_relaxed);
	ring_lock_wake_retired(header);
	return 0;
}
