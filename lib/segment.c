/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Raw segments: attach, and copy bytes in and out. A channel attaches its segment at most once for reading
 * and once for writing, and keeps the mapping, so that repeated reads cost no system call. If two threads
 * attach at the same time, both do, and the later one detaches its own mapping.
 */

#include "lib/segment.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "lib/base/attach.h"
#include "lib/base/pages.h"

#define PAGE 4096 /* no page is smaller, and if a larger page exists, all parts of it do */

static int attach(struct kipc_channel *channel, bool read_only, void **ret_address, size_t *ret_size)
{
	int id = kipc_channel_id(channel), r;
	struct kipc_object object;

	r = attach_segment(id, !read_only, ret_address, &object);
	if (r == -EIDRM) {
		r = channel_refresh(channel, id);
		if (r == 0)
			r = attach_segment(kipc_channel_id(channel), !read_only, ret_address, &object);
	}
	if (r == 0)
		*ret_size = object.segment.size;
	return r;
}

int kipc_attach(struct kipc_channel *channel, unsigned flags, void **ret_address, size_t *ret_size)
{
	bool read_only = flags & KIPC_READ_ONLY;
	void *_Atomic *slot = read_only ? &channel->read_only : &channel->read_write;
	void *address, *expected = NULL;
	size_t size;
	int r;

	if (flags & ~KIPC_READ_ONLY)
		return -EINVAL;
	r = channel_id_of_kind(channel, KIPC_SEGMENT);
	if (r < 0)
		return r;
	/*
	 * Acquire: pairs with the release of the exchange below, so that a thread that sees the address sees
	 * the size.
	 */
	address = atomic_load_explicit(slot, memory_order_acquire);
	if (address == NULL) {
		r = attach(channel, read_only, &address, &size);
		if (r < 0)
			return r;
		atomic_store_explicit(&channel->size, size, memory_order_relaxed);
		if (!atomic_compare_exchange_strong_explicit(slot, &expected, address, memory_order_release,
							     memory_order_acquire)) {
			shmdt(address);
			address = expected;
		}
	}
	*ret_address = address;
	*ret_size = atomic_load_explicit(&channel->size, memory_order_relaxed);
	return 0;
}

void segment_detach(struct kipc_channel *channel)
{
	if (channel->read_only != NULL)
		shmdt(channel->read_only);
	if (channel->read_write != NULL)
		shmdt(channel->read_write);
}

/* How many of `size` bytes at `offset` lie inside the segment. -ERANGE: the offset is behind its end. */
static ssize_t clip(uint64_t offset, size_t size, size_t segment_size)
{
	if (offset > segment_size)
		return -ERANGE;
	if (size > segment_size - offset)
		size = segment_size - (size_t)offset;
	return (ssize_t)size;
}

/* A page that exists stays, so the kernel is usually asked only once; for pages beyond 16 TiB, each time. */
static int populate(struct kipc_channel *channel, const char *segment, uint64_t offset, size_t size)
{
	uint64_t first = offset / PAGE, end = (offset + size + PAGE - 1) / PAGE;
	uint64_t known = atomic_load_explicit(&channel->populated, memory_order_relaxed);
	int r;

	if (first >= (known & UINT32_MAX) && end <= known >> 32)
		return 0;
	r = pages_populate(segment + offset, size);
	if (r == 0 && end <= UINT32_MAX)
		atomic_store_explicit(&channel->populated, first | end << 32, memory_order_relaxed);
	return r;
}

/*
 * Attaches the segment and makes its pages exist for as many of `size` bytes at `offset` as lie inside;
 * returns their number. *ret_address is that of the first. `flags`: of kipc_attach(). Errors of
 * kipc_populate().
 */
static ssize_t prepare(struct kipc_channel *channel, unsigned flags, uint64_t offset, size_t size,
		       char **ret_address)
{
	size_t segment_size;
	void *address;
	ssize_t n;
	int r;

	r = kipc_attach(channel, flags, &address, &segment_size);
	if (r < 0)
		return r;
	n = clip(offset, size, segment_size);
	if (n <= 0)
		return n;
	r = populate(channel, address, offset, (size_t)n);
	if (r < 0)
		return r;
	*ret_address = (char *)address + offset;
	return n;
}

int kipc_populate(struct kipc_channel *channel, uint64_t offset, size_t size)
{
	char *address;
	ssize_t n = prepare(channel, KIPC_READ_ONLY, offset, size, &address);

	return n < 0 ? (int)n : 0;
}

ssize_t kipc_read(struct kipc_channel *channel, uint64_t offset, void *buffer, size_t size)
{
	char *address;
	ssize_t n = prepare(channel, KIPC_READ_ONLY, offset, size, &address);

	if (n > 0)
		memcpy(buffer, address, (size_t)n);
	return n;
}

ssize_t kipc_write(struct kipc_channel *channel, uint64_t offset, const void *data, size_t size)
{
	char *address;
	ssize_t n = prepare(channel, 0, offset, size, &address);

	if (n > 0)
		memcpy(address, data, (size_t)n);
	return n;
}
