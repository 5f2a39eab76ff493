/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_PLURAL_H
#define KIPC_COMMON_PLURAL_H

/* Numbers in sentences: "1 message", "2 messages". */

#include <stdint.h>

/* printf("%llu %s", n, plural(n, "message", "messages")) */
static inline const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

#endif
