/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_PAGE_H
#define KIPC_COMMON_SERVICE_PAGE_H

/* How much still fits into one page of a reply. Rows and bytes are bounded, since any client may ask and not read the reply. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bus-names.h"

#define PAGE_BYTES ((size_t)256 << 10)
#define PAGE_ROW_BYTES 100 /* of the members with the same size in every row */

struct page {
	uint32_t n_left;
	size_t bytes_left;
};

static inline struct page page_new(uint32_t limit)
{
	return (struct page){
		.n_left = limit == 0 || limit > BUS_LIST_PAGE ? BUS_LIST_PAGE : limit,
		.bytes_left = PAGE_BYTES,
	};
}

/* Whether a row with strings of so many bytes fits. The first one always does, since an empty page means the end. */
static inline bool page_take(struct page *page, size_t bytes)
{
	bytes += PAGE_ROW_BYTES;
	if (page->n_left == 0 || (bytes > page->bytes_left && page->bytes_left != PAGE_BYTES))
		return false;
	page->n_left--;
	page->bytes_left -= bytes < page->bytes_left ? bytes : page->bytes_left;
	return true;
}

#endif
