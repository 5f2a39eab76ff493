/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_TOUCH_H
#define KIPC_LIB_RING_TOUCH_H

/*
 * Touching the caller's memory before a lock is taken, so that a page that is missing, or is read from a
 * disk, holds up no other party. If a page disappears between the touch and the copy, the process still dies
 * with the lock, and the kernel frees it.
 */

#include <stddef.h>
#include <stdint.h>

#define RING_PAGE 4096 /* bytes; no page is smaller */

/*
 * The most that is copied under a lock, bytes: some 100 µs. A larger message is copied under a claim, which
 * others can wait for.
 */
#define RING_COPY_MAX ((size_t)1 << 20)

/* Reads a byte of each page. */
static inline void ring_touch_to_read(const void *data, size_t size)
{
	const volatile char *bytes = data;

	if (size == 0)
		return;
	(void)*bytes;
	for (size_t at = RING_PAGE - (uintptr_t)data % RING_PAGE; at < size; at += RING_PAGE)
		(void)bytes[at];
}

/*
 * Writes a byte of each page of the first `wanted` of `size` bytes. Returns how many bytes can be written
 * now: usually up to the end of a page.
 */
static inline size_t ring_touch_to_write(void *data, size_t size, size_t wanted)
{
	size_t at = RING_PAGE - (uintptr_t)data % RING_PAGE;
	volatile char *bytes = data;

	if (size == 0)
		return 0;
	*bytes = *bytes;
	for (; at < size && at < wanted; at += RING_PAGE)
		bytes[at] = bytes[at];
	return at < size ? at : size;
}

#endif
