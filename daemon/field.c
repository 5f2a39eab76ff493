/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The grammar of field declarations, TYPE[N]@OFFSET. Called through the row field.NAME of the table of keys.
 * Whether a field lies within its segment is judged by config-check.c, when the size is known.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"
#include "daemon/field.h"
#include "daemon/ini.h"

static const struct {
	const char *word;
	unsigned char size;
	bool is_text; /* of bytes: needs [N], has no byte order */
} types[] = {
	{ "u8", 1 },  { "u16", 2 }, { "u32", 4 }, { "u64", 8 }, { "i8", 1 },	     { "i16", 2 },
	{ "i32", 4 }, { "i64", 8 }, { "f32", 4 }, { "f64", 8 }, { "char", 1, true }, { "bytes", 1, true },
};
#define N_TYPES (sizeof types / sizeof types[0])

#define OFFSET_MAX INT64_MAX

/* The row of a type's word ("u32", "f64be", "char"), or N_TYPES. */
static size_t type_find(const char *word, size_t n)
{
	bool has_order = n > 2 && (memcmp(word + n - 2, "be", 2) == 0 || memcmp(word + n - 2, "le", 2) == 0);

	for (size_t i = 0; i < N_TYPES; i++) {
		size_t n_type = strlen(types[i].word);
		bool fits = n_type == n || (n_type == n - 2 && has_order && !types[i].is_text);

		if (fits && memcmp(types[i].word, word, n_type) == 0)
			return i;
	}
	return N_TYPES;
}

static int refuse_type(struct key_input *input, const char *word)
{
	const char *words[N_TYPES + 1] = { NULL }, *near;

	for (size_t i = 0; i < N_TYPES; i++)
		words[i] = types[i].word;
	near = grammar_nearest(word, words);
	if (near != NULL)
		return key_refuse(input, "'%s' is not a type; did you mean '%s'?", word, near);
	return key_refuse(
		input,
		"'%s' is not a type; types are u8 to u64, i8 to i64, f32, f64 (each also with be or le "
		"behind), char[N], bytes[N]",
		word);
}

/* "u32", "f64be[4]", "char[16]": how many bytes it takes. `type` is cut at its bracket. */
static int parse_type(struct key_input *input, char *type, uint64_t *ret_size)
{
	char *bracket = strchr(type, '[');
	size_t i, n = strlen(type);
	int64_t count = 1;

	if (bracket != NULL) {
		if (type[n - 1] != ']')
			return key_refuse(input, "']' is missing behind '%s'; write TYPE[N]@OFFSET", type);
		type[n - 1] = '\0';
		*bracket = '\0';
		if (grammar_number_from_string(bracket + 1, 1, OFFSET_MAX / 8, &count) < 0)
			return key_refuse(input, "'%s' is not how many there are; write %s[N] with N from 1",
					  bracket + 1, type);
	}
	i = type_find(type, strlen(type));
	if (i == N_TYPES)
		return refuse_type(input, type);
	if (types[i].is_text && bracket == NULL)
		return key_refuse(input, "'%s' needs its length; write %s[N]@OFFSET", type, type);
	*ret_size = types[i].size * (uint64_t)count;
	return 0;
}

int field_parse(struct key_input *input, void *member)
{
	struct field_spec *field = member;
	const char *name = strchr(input->key, '.') + 1, *at = strrchr(input->value, '@');
	char type[INI_LINE_MAX + 1];
	uint64_t size = 0;
	int64_t offset;
	int r;

	if (!kipc_name_is_valid(name))
		return key_refuse(input,
				  "'%s' is not a name; names are 1 to %d letters, digits, '.', '_' and '-', "
				  "a letter first",
				  name, KIPC_NAME_MAX);
	if (at == NULL)
		return key_refuse(input, "'%s' does not say where; write TYPE@OFFSET, like u32@0",
				  input->value);
	if (grammar_number_from_string(at + 1, 0, OFFSET_MAX, &offset) < 0)
		return key_refuse(input, "'%s' is not an offset in bytes; write TYPE@OFFSET, like u32@0",
				  at + 1);
	memcpy(type, input->value, (size_t)(at - input->value));
	type[at - input->value] = '\0';
	r = parse_type(input, type, &size);
	if (r < 0)
		return r;

	*field = (struct field_spec){ .name = strdup(name), .offset = (uint64_t)offset, .size = size };
	field->type = strndup(input->value, (size_t)(at - input->value));
	if (field->name == NULL || field->type == NULL) {
		field_spec_done(field);
		return -ENOMEM;
	}
	return 0;
}
