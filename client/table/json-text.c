/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Valid UTF-8, byte for byte as json-c writes it (value_to_json()); tests/list.sh compares the two. */

#include "client/table/json-text.h"

#include <string.h>

#include "client/table/digits.h"
#include "common/utf8.h"

void json_text_put_number(struct block *block, uint64_t number)
{
	char digits[DIGITS_MAX];

	block_put(block, digits, (size_t)(digits_put_decimal(digits, number) - digits));
}

/* An ASCII byte that must be escaped. */
static void put_escaped(struct block *block, char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *place = strchr(plain, c);
	char escaped[8];

	if (c != '\0' && place != NULL)
		block_put(block, (const char[]){ '\\', letters[place - plain] }, 2);
	else
		block_put(block, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)c));
}

/* How many bytes at the start need no escape. */
static size_t count_plain(const char *text, size_t size)
{
	size_t n = 0, step;

	for (; n < size; n += step) {
		unsigned char c = (unsigned char)text[n];

		step = c < 0x80 ? c >= ' ' && c != '"' && c != '\\' : utf8_character(text + n, size - n);
		if (step == 0)
			break;
	}
	return n;
}

void json_text_put_string(struct block *block, const char *text)
{
	size_t size = strlen(text);

	block_put(block, "\"", 1);
	for (;;) {
		size_t n = count_plain(text, size);

		block_put(block, text, n);
		text += n;
		size -= n;
		if (size == 0)
			break;
		if ((unsigned char)*text < 0x80)
			put_escaped(block, *text);
		else
			block_put(block, "\xEF\xBF\xBD", 3);
		text++;
		size--;
	}
	block_put(block, "\"", 1);
}
