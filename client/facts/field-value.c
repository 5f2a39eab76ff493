/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Prints and parses the values of fields, for get, put and watch. Pure. */

#include "client/facts/field-value.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/escape.h"
#include "common/plural.h"
#include "common/sentence.h"
#include "common/utf8.h"

#define NUMBER_MAX 48

/* -- out ----------------------------------------------------------------------------------------------------- */

/* One element in the byte order of this machine. */
static void load(const struct field *field, const unsigned char *bytes, unsigned char element[static 8])
{
	for (size_t i = 0; i < field->size; i++)
		element[i] = bytes[field->is_swapped ? field->size - 1 - i : i];
}

static uint64_t to_unsigned(const unsigned char *element, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number |= (uint64_t)element[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : size - 1 - i]
			  << (8 * i);
	return number;
}

static int64_t to_signed(const unsigned char *element, size_t size)
{
	unsigned shift = 64 - 8 * (unsigned)size;

	return (int64_t)(to_unsigned(element, size) << shift) >> shift;
}

static double to_float(const unsigned char *element, size_t size)
{
	double wide;
	float narrow;

	if (size == sizeof narrow) {
		memcpy(&narrow, element, sizeof narrow);
		return (double)narrow;
	}
	memcpy(&wide, element, sizeof wide);
	return wide;
}

/* In the fewest digits that read back as the same number. */
static void print_float(double number, size_t size, char text[static NUMBER_MAX])
{
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, NUMBER_MAX, "%.*g", digits, number);
		if (size == sizeof(float) ? (double)strtof(text, NULL) == number
					  : strtod(text, NULL) == number)
			return;
	}
}

static void element_to_text(const struct field *field, const unsigned char *bytes,
			    char text[static NUMBER_MAX])
{
	unsigned char element[8] = { 0 };

	load(field, bytes, element);
	if (field->class == FIELD_UNSIGNED)
		snprintf(text, NUMBER_MAX, "%llu", (unsigned long long)to_unsigned(element, field->size));
	else if (field->class == FIELD_SIGNED)
		snprintf(text, NUMBER_MAX, "%lld", (long long)to_signed(element, field->size));
	else
		print_float(to_float(element, field->size), field->size, text);
}

void field_value_print(const struct field *field, const unsigned char *bytes, FILE *out)
{
	char number[NUMBER_MAX], *escaped;

	switch (field->class) {
	case FIELD_TEXT:
		escaped = escape_text((const char *)bytes, strnlen((const char *)bytes, field->count));
		fputs(escaped != NULL ? escaped : "?", out);
		free(escaped);
		break;
	case FIELD_BYTES:
		for (uint64_t i = 0; i < field->count; i++)
			fprintf(out, "%02x", bytes[i]);
		break;
	case FIELD_UNSIGNED:
	case FIELD_SIGNED:
	case FIELD_FLOAT:
		for (uint64_t i = 0; i < field->count; i++) {
			element_to_text(field, bytes + i * field->size, number);
			fprintf(out, "%s%s", i > 0 ? ", " : "", number);
		}
		break;
	}
}

static struct json_object *text_to_json(const struct field *field, const unsigned char *bytes)
{
	size_t n;
	char *repaired = utf8_repair((const char *)bytes, strnlen((const char *)bytes, field->count), &n);
	struct json_object *json = repaired != NULL ? json_object_new_string_len(repaired, (int)n) : NULL;

	free(repaired);
	return json;
}

static struct json_object *bytes_to_json(const struct field *field, const unsigned char *bytes)
{
	char *digits = malloc(2 * field->count + 1);
	struct json_object *json;

	if (digits == NULL)
		return NULL;
	for (uint64_t i = 0; i < field->count; i++)
		snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
	json = json_object_new_string(digits);
	free(digits);
	return json;
}

static struct json_object *element_to_json(const struct field *field, const unsigned char *bytes)
{
	unsigned char element[8] = { 0 };
	char text[NUMBER_MAX];
	double number;

	load(field, bytes, element);
	if (field->class == FIELD_UNSIGNED)
		return json_object_new_uint64(to_unsigned(element, field->size));
	if (field->class == FIELD_SIGNED)
		return json_object_new_int64(to_signed(element, field->size));
	number = to_float(element, field->size);
	print_float(number, field->size, text);
	/* JSON has neither infinity nor NaN. */
	return isfinite(number) ? json_object_new_double_s(number, text) : json_object_new_string(text);
}

static struct json_object *array_to_json(const struct field *field, const unsigned char *bytes)
{
	struct json_object *array = json_object_new_array(), *element;

	for (uint64_t i = 0; array != NULL && i < field->count; i++) {
		element = element_to_json(field, bytes + i * field->size);
		if (element == NULL || json_object_array_add(array, element) < 0) {
			json_object_put(element);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

int field_value_to_json(const struct field *field, const unsigned char *bytes, struct json_object **ret_json)
{
	struct json_object *json;

	if (field->class == FIELD_TEXT)
		json = text_to_json(field, bytes);
	else if (field->class == FIELD_BYTES)
		json = bytes_to_json(field, bytes);
	else if (field->is_array)
		json = array_to_json(field, bytes);
	else
		json = element_to_json(field, bytes);
	if (json == NULL)
		return -ENOMEM;
	*ret_json = json;
	return 0;
}

/* -- in ------------------------------------------------------------------------------------------------------ */

static void store_unsigned(const struct field *field, uint64_t number, unsigned char *bytes)
{
	bool is_big = (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != field->is_swapped;

	for (size_t i = 0; i < field->size; i++)
		bytes[is_big ? field->size - 1 - i : i] = (unsigned char)(number >> (8 * i));
}

/* strtoull(3) takes a minus sign, which an unsigned field cannot have. */
static int parse_integer(const struct field *field, const char *text, char **end, unsigned char *bytes)
{
	unsigned shift = 64 - 8 * (unsigned)field->size;

	errno = 0;
	if (field->class == FIELD_SIGNED) {
		long long number = strtoll(text, end, 0);

		if (errno != 0 || (int64_t)((uint64_t)number << shift) >> shift != number)
			return -ERANGE;
		store_unsigned(field, (uint64_t)number, bytes);
	} else {
		unsigned long long number = strtoull(text, end, 0);

		if (errno != 0 || strchr(text, '-') != NULL || number << shift >> shift != number)
			return -ERANGE;
		store_unsigned(field, number, bytes);
	}
	return 0;
}

static int parse_float(const struct field *field, const char *text, char **end, unsigned char *bytes)
{
	double number;
	float narrow;
	uint32_t low;
	uint64_t all;

	errno = 0;
	number = strtod(text, end);
	if (field->size == sizeof narrow) {
		narrow = (float)number;
		if (isinf(narrow) && !isinf(number))
			return -ERANGE;
		memcpy(&low, &narrow, sizeof low);
		all = low;
	} else {
		if (errno == ERANGE && isinf(number))
			return -ERANGE;
		memcpy(&all, &number, sizeof all);
	}
	store_unsigned(field, all, bytes);
	return 0;
}

static int refuse_range(const struct field *field, const char *text, char **reterr_sentence)
{
	unsigned bits = 8 * (unsigned)field->size;

	if (field->class == FIELD_UNSIGNED)
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' is out of range: it must be 0 to %llu",
				     text, (unsigned long long)(UINT64_MAX >> (64 - bits)));
	if (field->class == FIELD_SIGNED)
		return sentence_fail(
			reterr_sentence, -EINVAL, "'%s' is out of range: it must be %lld to %lld", text,
			(long long)(-(INT64_C(1) << (bits - 2)) * 2), (long long)(UINT64_MAX >> (65 - bits)));
	return sentence_fail(reterr_sentence, -EINVAL, "'%s' is too large for %u bits", text, bits);
}

static int parse_numbers(const struct field *field, const char *text, unsigned char *bytes,
			 char **reterr_sentence)
{
	const char *rest = text;

	for (uint64_t i = 0; i < field->count; i++, bytes += field->size) {
		char *end = NULL;
		int r;

		r = field->class == FIELD_FLOAT ? parse_float(field, rest, &end, bytes)
						: parse_integer(field, rest, &end, bytes);
		if (end == rest)
			return sentence_fail(reterr_sentence, -EINVAL, "'%s' is not a number%s", rest,
					     field->class == FIELD_FLOAT ? "" : "; write 42, -7 or 0x2a");
		if (r < 0)
			return refuse_range(field, text, reterr_sentence);
		if (*end == ',' && i + 1 < field->count)
			end++;
		else if (*end != '\0')
			return sentence_fail(reterr_sentence, -EINVAL, "unexpected '%s' after the number%s",
					     end, field->is_array ? "s" : "");
		else if (i + 1 < field->count)
			return sentence_fail(
				reterr_sentence, -EINVAL,
				"only %llu of %llu values; write all of them, separated by commas",
				(unsigned long long)i + 1, (unsigned long long)field->count);
		rest = end;
	}
	return 0;
}

static int digit_of(char digit)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *p = digit != '\0' ? strchr(digits, digit) : NULL;

	if (p == NULL)
		return -1;
	return (int)(p - digits < 16 ? p - digits : p - digits - 6);
}

static int parse_bytes(const struct field *field, const char *text, unsigned char *bytes,
		       char **reterr_sentence)
{
	if (strlen(text) != 2 * field->count)
		return sentence_fail(reterr_sentence, -EINVAL, "it takes %llu hexadecimal digits, not %zu",
				     (unsigned long long)(2 * field->count), strlen(text));
	for (uint64_t i = 0; i < field->count; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return sentence_fail(reterr_sentence, -EINVAL, "'%.2s' is not a hexadecimal byte",
					     text + 2 * i);
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

int field_value_parse(const struct field *field, const char *text, unsigned char *ret_bytes,
		      char **reterr_sentence)
{
	size_t n = strlen(text);

	switch (field->class) {
	case FIELD_TEXT:
		if (n > field->count)
			return sentence_fail(reterr_sentence, -EINVAL, "it has room for %llu %s, not %zu",
					     (unsigned long long)field->count,
					     plural(field->count, "byte", "bytes"), n);
		memset(ret_bytes, 0, field->count);
		memcpy(ret_bytes, text, n);
		return 0;
	case FIELD_BYTES:
		return parse_bytes(field, text, ret_bytes, reterr_sentence);
	case FIELD_UNSIGNED:
	case FIELD_SIGNED:
	case FIELD_FLOAT:
		return parse_numbers(field, text, ret_bytes, reterr_sentence);
	}
	return -EINVAL;
}
