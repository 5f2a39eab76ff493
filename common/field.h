/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_FIELD_H
#define KIPC_COMMON_FIELD_H

/*
 * Fields of a raw segment, like "f64be[4]@64": u8 to u64, i8 to i64, f32 and f64, each in the byte order of the machine or followed by
 * be or le; arrays of these by [N]; char[N] and bytes[N].
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_class {
	FIELD_UNSIGNED = 1,
	FIELD_SIGNED,
	FIELD_FLOAT,
	FIELD_TEXT,  /* char[N]: up to its first NUL */
	FIELD_BYTES, /* bytes[N] */
};

struct field {
	enum field_class class;
	size_t size;	 /* bytes of one element */
	uint64_t count;	 /* elements; of text and bytes: bytes */
	bool is_array;	 /* [N] of numbers, also [1] */
	bool is_swapped; /* its byte order is not the machine's */
	uint64_t offset; /* in the segment */
};

/* Bytes in all. */
uint64_t field_size(const struct field *field);

/* -EINVAL with a sentence (NULL: out of memory), which the caller frees. */
int field_from_string(const char *text, struct field *ret_field, char **reterr_sentence);

#endif
