/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_TOUCH_H
#define KIPC_LIB_RING_TOUCH_H

/*
 * The caller's memory, touched before a lock is taken: a page that is missing, or comes from a disk, then holds up nobody else.
 * A page that goes away between the touch and the copy still ends the process with the lock, which the kernel hands on.
 */

#include <stddef.h>
#include <stdint.h>

#define RING_PAGE 4096 /* none is smaller */

/* What is copied under a lock at most, bytes: some 100 µs. More goes by way of a claim, which others can wait for. */
#define RING_COPY_MAX ((size_t)1 << 20)

static inline void ring_touch_to_read(const void *data, size_t size)
{
	const volatile char *bytes = data;

	if (size == 0)
		return;
	(void)*bytes;
	for (size_t at = RING_PAGE - (uintptr_t)data % RING_PAGE; at < size; at += RING_PAGE)
		(void)bytes[at];
}

/* Touches `wanted` of `size` bytes. Returns how many can be written now: to the end of a page as a rule. */
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
