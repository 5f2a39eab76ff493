/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_DIGITS_H
#define KIPC_CLIENT_TABLE_DIGITS_H

/* Numbers as text without a NUL, for tables with hundreds of thousands of them: printf() takes ten times as long. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 24 /* of any 64-bit number in decimal, and a NUL */

/* Writes the number and returns its end. */
static inline char *digits_put_decimal(char *text, uint64_t number)
{
	char digits[DIGITS_MAX];
	size_t n = 0;

	do {
		digits[sizeof digits - ++n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return (char *)memcpy(text, digits + sizeof digits - n, n) + n;
}

/* The same with n digits of `bits` bits each (3: octal, 4: hexadecimal). */
static inline char *digits_put_bits(char *text, uint64_t number, unsigned bits, size_t n)
{
	for (size_t i = n; i-- > 0; number >>= bits)
		text[i] = "0123456789abcdef"[number & ((1U << bits) - 1)];
	return text + n;
}

#endif
