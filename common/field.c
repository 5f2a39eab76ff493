/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by the configuration (field.NAME) and by kipcctl's get, put and watch. The caller checks whether the field lies within its
 * segment.
 */

#include "common/field.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"
#include "common/sentence.h"

#define OFFSET_MAX INT64_MAX
#define TYPE_MAX 64 /* more than the longest type */

static const struct type {
	const char *word;
	enum field_class class;
	unsigned char size;
} types[] = {
	{ "u8", FIELD_UNSIGNED, 1 },  { "u16", FIELD_UNSIGNED, 2 }, { "u32", FIELD_UNSIGNED, 4 },
	{ "u64", FIELD_UNSIGNED, 8 }, { "i8", FIELD_SIGNED, 1 },    { "i16", FIELD_SIGNED, 2 },
	{ "i32", FIELD_SIGNED, 4 },   { "i64", FIELD_SIGNED, 8 },   { "f32", FIELD_FLOAT, 4 },
	{ "f64", FIELD_FLOAT, 8 },    { "char", FIELD_TEXT, 1 },    { "bytes", FIELD_BYTES, 1 },
};
#define N_TYPES (sizeof types / sizeof *types)

uint64_t field_size(const struct field *field)
{
	return field->size * field->count;
}

/* The row of a type ("u32", "f64be", "char"); NULL: no such type. */
static const struct type *find_type(const char *word, bool *ret_is_swapped)
{
	bool is_little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	size_t n = strlen(word);
	bool is_be = n > 2 && strcmp(word + n - 2, "be") == 0,
	     is_le = n > 2 && strcmp(word + n - 2, "le") == 0;

	for (size_t i = 0; i < N_TYPES; i++) {
		size_t n_type = strlen(types[i].word);
		bool has_order = types[i].class != FIELD_TEXT && types[i].class != FIELD_BYTES;

		if (strcmp(types[i].word, word) == 0) {
			*ret_is_swapped = false;
			return &types[i];
		}
		if (has_order && (is_be || is_le) && n_type == n - 2 &&
		    memcmp(types[i].word, word, n_type) == 0) {
			*ret_is_swapped = is_be == is_little;
			return &types[i];
		}
	}
	return NULL;
}

static int refuse_type(char **reterr_sentence, const char *word)
{
	const char *words[N_TYPES + 1] = { NULL }, *near;

	for (size_t i = 0; i < N_TYPES; i++)
		words[i] = types[i].word;
	near = grammar_nearest(word, words);
	if (near != NULL)
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' is not a type; did you mean '%s'?", word,
				     near);
	return sentence_fail(
		reterr_sentence, -EINVAL,
		"'%s' is not a type; types are u8 to u64, i8 to i64, f32, f64 (each also followed by be "
		"or le), char[N], bytes[N]",
		word);
}

/* "u32", "f64be[4]", "char[16]". Cuts the text at its bracket. */
static int parse_type(char *type, struct field *field, char **reterr_sentence)
{
	char *bracket = strchr(type, '[');
	const struct type *row;
	size_t n = strlen(type);
	int64_t count = 1;

	if (bracket != NULL) {
		if (type[n - 1] != ']')
			return sentence_fail(reterr_sentence, -EINVAL,
					     "']' is missing after '%s'; write TYPE[N]@OFFSET", type);
		type[n - 1] = '\0';
		*bracket = '\0';
		if (grammar_number_from_string(bracket + 1, 1, OFFSET_MAX / 8, &count) < 0)
			return sentence_fail(reterr_sentence, -EINVAL,
					     "'%s' is not a number of elements; write %s[N], N from 1",
					     bracket + 1, type);
	}
	row = find_type(type, &field->is_swapped);
	if (row == NULL)
		return refuse_type(reterr_sentence, type);
	if ((row->class == FIELD_TEXT || row->class == FIELD_BYTES) && bracket == NULL)
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' needs a length; write %s[N]@OFFSET",
				     type, type);
	field->class = row->class;
	field->size = row->size;
	field->count = (uint64_t)count;
	field->is_array = bracket != NULL && row->class != FIELD_TEXT && row->class != FIELD_BYTES;
	return 0;
}

int field_from_string(const char *text, struct field *ret_field, char **reterr_sentence)
{
	const char *at = strrchr(text, '@');
	struct field field = { 0 };
	char type[TYPE_MAX];
	int64_t offset;
	int r;

	if (at == NULL)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "'%s' has no offset; write TYPE@OFFSET, like u32@0", text);
	if (grammar_number_from_string(at + 1, 0, OFFSET_MAX, &offset) < 0)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "'%s' is not an offset in bytes; write TYPE@OFFSET, like u32@0", at + 1);
	snprintf(type, sizeof type, "%.*s", (int)(at - text < TYPE_MAX ? at - text : TYPE_MAX), text);
	r = parse_type(type, &field, reterr_sentence);
	if (r < 0)
		return r;
	field.offset = (uint64_t)offset;
	*ret_field = field;
	return 0;
}
