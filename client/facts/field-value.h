/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_FIELD_VALUE_H
#define KIPC_CLIENT_FACTS_FIELD_VALUE_H

/* The value of a field, from bytes to text and JSON, and from text to bytes. */

#include <json-c/json_types.h>
#include <stdio.h>

#include "common/field.h"

/*
 * Prints the value: numbers in full (an array as "1, 2, 3"; a float in the fewest digits that give the same number), text up to
 * its NUL and escaped, bytes as hexadecimal digits.
 */
void field_value_print(const struct field *field, const unsigned char *bytes, FILE *out);

/* Numbers as numbers (but "nan", "inf"), text as text, bytes as their digits. -ENOMEM. */
int field_value_to_json(const struct field *field, const unsigned char *bytes, struct json_object **ret_json);

/*
 * Parses a value in the form in which it is printed; an array needs all its elements. Writes field_size() bytes. -EINVAL with a
 * sentence (NULL: out of memory), which the caller frees.
 */
int field_value_parse(const struct field *field, const char *text, unsigned char *ret_bytes,
		      char **reterr_sentence);

#endif
