/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_PAGES_H
#define KIPC_LIB_BASE_PAGES_H

/* The pages of an attached segment, which the kernel may have no memory for. */

#include <stddef.h>

/*
 * Makes sure that the pages of `size` bytes at `address` exist, so that touching them does not raise SIGBUS.
 * -ENOBUFS: the kernel has no memory for them; -ENOMEM. Returns 0 where the kernel cannot tell (see pages.c).
 */
int pages_populate(const void *address, size_t size);

#endif
