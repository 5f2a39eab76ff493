/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_GROW_H
#define KIPC_CLIENT_BASE_GROW_H

/* Arrays that grow item by item: their room doubles with the number of items (1, 2, 4, 8…), so it need not be kept. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one more item behind n; `array` is the address of the pointer to the first. -ENOMEM: nothing has changed. */
static inline int grow(void *array, size_t n, size_t size)
{
	void *items;

	if ((n & (n - 1)) != 0)
		return 0;
	memcpy(&items, array, sizeof items);
	items = reallocarray(items, n == 0 ? 1 : n * 2, size);
	if (items == NULL)
		return -ENOMEM;
	memcpy(array, &items, sizeof items);
	return 0;
}

#endif
