/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used by the tables of keys (daemon/config/keys.c) and by what reads sections with them. */

#include "common/config/keys.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "common/config/ini.h"
#include "common/grammar.h"

#define KEYS_MAX 64 /* of one section */

int config_refuse(struct config_input *input, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(input->sentence, sizeof input->sentence, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void *config_member(const struct config_key *row, void *object)
{
	return (char *)object + row->offset;
}

const void *config_member_of(const struct config_key *row, const void *object)
{
	return (const char *)object + row->offset;
}

/* -- reading --------------------------------------------------------------------------------------------------- */

/* Whether the number is within the row's limits, which are written like the value. */
static bool is_within(uint64_t number, const struct config_key *row,
		      int (*read)(const char *text, uint64_t *ret_number))
{
	uint64_t limit;

	if (row->least != NULL && (read(row->least, &limit) < 0 || number < limit))
		return false;
	return row->most == NULL || (read(row->most, &limit) == 0 && number <= limit);
}

static int refuse_range(struct config_input *input)
{
	return config_refuse(input, "'%s' is out of range; choose %s to %s", input->value, input->row->least,
			     input->row->most);
}

int config_parse_size(struct config_input *input, void *object)
{
	uint64_t bytes;
	int r = grammar_size_from_string(input->value, &bytes);

	if (r == -EINVAL)
		return config_refuse(input, "'%s' is not a size like 65536, 64K or 16M", input->value);
	if (r < 0 || !is_within(bytes, input->row, grammar_size_from_string))
		return refuse_range(input);
	*(uint64_t *)config_member(input->row, object) = bytes;
	return 0;
}

int config_parse_span(struct config_input *input, void *object)
{
	uint64_t usec;
	int r = grammar_span_from_string(input->value, &usec);

	if (r == -EINVAL)
		return config_refuse(input, "'%s' is not a time span like 1s, 500ms or 1min 30s",
				     input->value);
	if (r < 0 || !is_within(usec, input->row, grammar_span_from_string))
		return refuse_range(input);
	*(uint64_t *)config_member(input->row, object) = usec;
	return 0;
}

int config_parse_mode(struct config_input *input, void *object)
{
	if (grammar_mode_from_string(input->value, config_member(input->row, object)) < 0)
		return config_refuse(input, "'%s' is not an octal mode like 0660", input->value);
	return 0;
}

int config_parse_percent(struct config_input *input, void *object)
{
	if (grammar_percent_from_string(input->value, config_member(input->row, object)) < 0)
		return config_refuse(input, "'%s' is not a percentage from %s to %s, like 80", input->value,
				     input->row->least, input->row->most);
	return 0;
}

int config_parse_yesno(struct config_input *input, void *object)
{
	if (grammar_bool_from_string(input->value, config_member(input->row, object)) < 0)
		return config_refuse(input, "'%s' is neither yes nor no", input->value);
	return 0;
}

int config_parse_word(struct config_input *input, void *object)
{
	const char *const *words = input->row->words, *near;
	char list[128] = "";
	size_t n = 0;

	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], input->value) == 0) {
			*(unsigned *)config_member(input->row, object) = i;
			return 0;
		}
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i == 0 ? "" : ", ", words[i]);
	}
	near = grammar_nearest(input->value, words);
	if (near == NULL)
		return config_refuse(input, "'%s' is not one of %s", input->value, list);
	return config_refuse(input, "'%s' is not one of %s; did you mean '%s'?", input->value, list, near);
}

int config_parse_text(struct config_input *input, void *object)
{
	char **member = config_member(input->row, object), *text = NULL;
	size_t n = strlen(input->value);

	if (input->row->most != NULL && n > strtoul(input->row->most, NULL, 10))
		return config_refuse(input, "it has %zu bytes; shorten it to %s", n, input->row->most);
	if (n > 0) {
		text = strdup(input->value);
		if (text == NULL)
			return -ENOMEM;
	}
	free(*member);
	*member = text;
	return 0;
}

/* -- printing -------------------------------------------------------------------------------------------------- */

bool config_print_size(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_SIZE;
	ret_value->number = *(const uint64_t *)config_member_of(row, object);
	return ret_value->number != 0;
}

bool config_print_mode(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_TEXT;
	snprintf(ret_value->buffer, sizeof ret_value->buffer, "%04o",
		 (unsigned)*(const mode_t *)config_member_of(row, object));
	ret_value->text = ret_value->buffer;
	return true;
}

bool config_print_percent(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_NUMBER;
	ret_value->number = *(const unsigned *)config_member_of(row, object);
	return ret_value->number != 0;
}

bool config_print_yesno(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_YESNO;
	ret_value->number = *(const bool *)config_member_of(row, object);
	return ret_value->number != 0;
}

bool config_print_word(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_TEXT;
	ret_value->text = row->words[*(const unsigned *)config_member_of(row, object)];
	return true;
}

bool config_print_text(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	const char *text = *(const char *const *)config_member_of(row, object);

	ret_value->type = CONFIG_TEXT;
	ret_value->text = text != NULL ? text : "";
	return true;
}

static char *numbers_to_string(const struct config_value *value)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < value->n_numbers; i++)
		fprintf(out, "%s%u", i == 0 ? "" : ",", (unsigned)value->numbers[i]);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

char *config_value_to_string(const struct config_value *value)
{
	char *text;

	if (value->type == CONFIG_TEXT)
		return strdup(value->text);
	if (value->type == CONFIG_NUMBERS)
		return numbers_to_string(value);
	return asprintf(&text, "%llu", (unsigned long long)value->number) < 0 ? NULL : text;
}

/* -- tables ---------------------------------------------------------------------------------------------------- */

/* The length of "field." in a row that stands for many keys; 0: it stands for itself. */
static size_t stem_length(const struct config_key *row)
{
	const char *dot = strchr(row->name, '.');

	return dot == NULL ? 0 : (size_t)(dot + 1 - row->name);
}

static bool is_key(const struct config_key *row, const char *key)
{
	size_t n_stem;

	if (row->name[0] != key[0])
		return false;
	n_stem = stem_length(row);
	return n_stem > 0 ? strncmp(row->name, key, n_stem) == 0 : strcmp(row->name, key) == 0;
}

int config_rows_find(const struct config_key *rows, unsigned n_rows, const char *key, unsigned sections,
		     unsigned *ret_index)
{
	for (unsigned i = 0; i < n_rows; i++)
		if ((rows[i].sections & sections) != 0 && is_key(&rows[i], key)) {
			*ret_index = i;
			return 0;
		}
	return -ENOENT;
}

/* "feild.price": the row whose name begins with what was probably meant in front of the dot; NULL: none. */
static const struct config_key *find_near_stem(const struct config_key *rows, unsigned n_rows,
					       const char *key, unsigned sections)
{
	const char *dot = strchr(key, '.');
	char head[INI_KEY_MAX + 1], stem[INI_KEY_MAX + 1];

	if (dot == NULL)
		return NULL;
	snprintf(head, sizeof head, "%.*s", (int)(dot - key), key);
	for (unsigned i = 0; i < n_rows; i++) {
		size_t n_stem = stem_length(&rows[i]);

		if (n_stem == 0 || (rows[i].sections & sections) == 0)
			continue;
		snprintf(stem, sizeof stem, "%.*s", (int)n_stem - 1, rows[i].name);
		if (grammar_nearest(head, (const char *const[]){ stem, NULL }) != NULL)
			return &rows[i];
	}
	return NULL;
}

void config_rows_explain(const struct config_key *rows, unsigned n_rows, unsigned sections,
			 struct config_input *input)
{
	const char *words[KEYS_MAX + 1], *near;
	const struct config_key *near_row;
	char list[256] = "";
	size_t n_words = 0, n = 0;

	assert(n_rows <= KEYS_MAX);
	for (unsigned i = 0; i < n_rows; i++)
		if ((rows[i].sections & sections) != 0) {
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n_words == 0 ? "" : ", ",
					      rows[i].name);
			assert(n < sizeof list);
			words[n_words++] = rows[i].name;
		}
	words[n_words] = NULL;

	near = grammar_nearest(input->key, words);
	near_row = near == NULL ? find_near_stem(rows, n_rows, input->key, sections) : NULL;
	if (near != NULL)
		(void)config_refuse(input, "unknown key; did you mean '%s'?", near);
	else if (near_row != NULL)
		(void)config_refuse(input, "unknown key; did you mean '%.*s%s'?",
				    (int)stem_length(near_row) - 1, near_row->name, strchr(input->key, '.'));
	else
		(void)config_refuse(input, "unknown key; the keys of this section are %s", list);
}

int config_rows_preset(const struct config_key *rows, unsigned n_rows, unsigned sections, void *object)
{
	for (unsigned i = 0; i < n_rows; i++) {
		struct config_input input = { .row = &rows[i], .key = rows[i].name, .value = rows[i].preset };
		int r;

		if (rows[i].preset == NULL || (rows[i].sections & sections) == 0)
			continue;
		r = rows[i].parse(&input, object);
		if (r == -ENOMEM)
			return r;
		assert(r == 0);
	}
	return 0;
}
