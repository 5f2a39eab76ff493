/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used for values from files (ini.c) and from command lines (daemon/config/layer.c). Control bytes would reach terminals, and D-Bus
 * takes only UTF-8.
 */

#include "common/config/text.h"

#include <stdint.h>
#include <string.h>

bool text_is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || c == '-';
}

/* The length of the UTF-8 sequence at p; 0: none, or a C1 control character. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	static const unsigned least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	unsigned code = p[0] & (0x7fU >> length);

	if (p[0] < 0xc2 || p[0] > 0xf4 || length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fU);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
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
		unsigned char c = (unsigned char)*p;
		size_t length = 1;

		if (c >= 0x80)
			length = utf8_length((const unsigned char *)p, (size_t)(end - p));
		else if ((c < ' ' && c != '\t') || c == 0x7f)
			length = 0;
		if (length == 0)
			break;
		p += length;
	}
	return p;
}
