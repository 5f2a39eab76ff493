/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pages of a mapping: makes the kernel provide them before they are touched. */

#include "lib/base/pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ /* glibc 2.35, Linux 5.14 */
#define MADV_POPULATE_READ 22
#endif

int pages_populate(const void *address, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)address & ~(page - 1);

	if (madvise((void *)start, (uintptr_t)address - start + size, MADV_POPULATE_READ) == 0)
		return 0;
	switch (errno) {
	case EFAULT:
	case EHWPOISON:
		return -ENOBUFS;
	case ENOMEM:
		return -ENOMEM;
	}
	/*
	 * Before Linux 5.14, or in a sandbox that forbids the call: a missing page raises SIGBUS, as it
	 * always did.
	 */
	return 0;
}
