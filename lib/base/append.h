/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_APPEND_H
#define KIPC_LIB_BASE_APPEND_H

/*
 * Builds text from words and numbers where printf(3) would be most of the cost: kipcd writes ten thousand
 * links at a start. Each function writes at `p`, without a closing NUL, and returns the place behind what it
 * wrote. The caller provides room.
 */

#include <stdint.h>
#include <string.h>

static inline char *append_text(char *p, const char *text)
{
	size_t n = strlen(text);

	memcpy(p, text, n);
	return p + n;
}

static inline char *append_decimal(char *p, uint32_t number)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

/* "0x" and eight digits. */
static inline char *append_key(char *p, uint32_t key)
{
	p = append_text(p, "0x");
	for (int shift = 28; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[key >> shift & 15];
	return p;
}

#endif
