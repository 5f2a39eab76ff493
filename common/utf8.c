/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called for all foreign text that becomes JSON or reaches a terminal, and for configurations. The table is that of the Unicode standard (well-formed byte sequences): the first
 * byte determines the length and the range of the second, all further bytes are 0x80…0xBF.
 */

#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

static const struct lead {
	unsigned char first, last; /* of the first byte */
	unsigned char second_min, second_max;
	size_t length;
} leads[] = {
	{ 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
	{ 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

size_t utf8_character(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (size == 0)
		return 0;
	if (bytes[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		const struct lead *lead = &leads[i];

		if (bytes[0] < lead->first || bytes[0] > lead->last)
			continue;
		if (size < lead->length || bytes[1] < lead->second_min || bytes[1] > lead->second_max)
			return 0;
		for (size_t n = 2; n < lead->length; n++)
			if ((bytes[n] & 0xC0) != 0x80)
				return 0;
		return lead->length;
	}
	return 0;
}

size_t utf8_printable(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t n = utf8_character(text, size);

	if (n == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7f))
		return 0;
	if (n == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0)
		return 0;
	return n;
}

bool utf8_is_valid(const char *text, size_t size)
{
	while (size > 0) {
		size_t n = utf8_character(text, size);

		if (n == 0)
			return false;
		text += n;
		size -= n;
	}
	return true;
}

char *utf8_repair(const char *text, size_t size, size_t *ret_size)
{
	static const char replacement[] = "\xEF\xBF\xBD";
	size_t n_repaired = 0;
	char *repaired;

	/* Every byte may become three. */
	repaired = reallocarray(NULL, size + 1, sizeof replacement - 1);
	if (repaired == NULL)
		return NULL;
	while (size > 0) {
		size_t n = utf8_character(text, size);
		size_t n_taken = n > 0 ? n : 1;
		size_t n_given = n > 0 ? n : sizeof replacement - 1;

		memcpy(repaired + n_repaired, n > 0 ? text : replacement, n_given);
		n_repaired += n_given;
		text += n_taken;
		size -= n_taken;
	}
	repaired[n_repaired] = '\0';
	*ret_size = n_repaired;
	return repaired;
}
