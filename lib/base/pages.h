/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_PAGES_H
#define KIPC_LIB_BASE_PAGES_H

#include <stddef.h>

/*
 * Makes sure that these bytes of an attached segment have their pages, so that touching them does not end the process by
 * SIGBUS. -ENOBUFS: the kernel has no memory for them; -ENOMEM.
 */
int pages_populate(const void *address, size_t size);

#endif
