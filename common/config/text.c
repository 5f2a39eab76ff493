/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used for values from files (ini.c) and from command lines (daemon/config/layer.c). Control bytes would reach terminals, and D-Bus
 * takes only UTF-8.
 */

#include "common/config/text.h"

#include <stdint.h>
#include <string.h>

#include "common/utf8.h"

bool text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool text_is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || c == '-';
}

/* Whether all eight bytes are printable ASCII, as most text is; may say no for some that are. Each start reads the whole text. */
static bool eight_are_plain(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
	uint64_t eight;

	memcpy(&eight, p, sizeof eight);
	/* Sets the high bit of a byte that is 0x80 or more, below ' ', or 0x7f; a borrow or carry can only set more. */
	return ((eight | (eight - each * ' ') | (eight + each)) & high) == 0;
}

const char *text_find_unclean(const char *start, const char *end)
{
	const char *p = start;

	while (end - p >= 8 && eight_are_plain(p))
		p += 8;
	while (p < end) {
		size_t length = *p == '\t' ? 1 : utf8_printable(p, (size_t)(end - p));

		if (length == 0)
			break;
		p += length;
	}
	return p;
}
