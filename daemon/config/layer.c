/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Pure. sections.c reads the layer with layer_read(), change/layer-edit.c changes it as values. A value from a command line goes
 * through layer_assign() and comes out of layer_read() unchanged.
 */

#include "daemon/config/layer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/config/text.h"
#include "common/sentence.h"

const char *const layer_verb_words[] = {
	[LAYER_NONE] = "", [LAYER_CREATE] = "create", [LAYER_ADOPT] = "adopt", [LAYER_SET] = "set", NULL,
};

/* -- reading --------------------------------------------------------------------------------------------------- */

/* A copy of the value between two places in a line, without quotes. NULL: no memory. */
static char *copy_value(const char *from, const char *to)
{
	char *value, *out;

	while (from < to && text_is_blank(*from))
		from++;
	while (to > from && text_is_blank(to[-1]))
		to--;
	value = out = malloc((size_t)(to - from) + 1);
	if (value == NULL)
		return NULL;
	if (from == to || *from != '"') {
		memcpy(value, from, (size_t)(to - from));
		value[to - from] = '\0';
		return value;
	}
	for (from++; from < to && *from != '"'; from++) {
		if (*from == '\\' && from + 1 < to)
			from++;
		*out++ = *from;
	}
	*out = '\0';
	return value;
}

static size_t key_length(const char *from, const char *to)
{
	size_t n = 0;

	while (from + n < to && text_is_key_character(from[n]))
		n++;
	return n;
}

/* The '=' of "KEY = VALUE"; NULL: not such a line. */
static const char *find_equals(const char *from, const char *to)
{
	size_t n = key_length(from, to);

	if (n == 0 || n > INI_KEY_MAX)
		return NULL;
	from += n;
	while (from < to && text_is_blank(*from))
		from++;
	return from < to && *from == '=' ? from : NULL;
}

static void read_header(const char *from, const char *to, unsigned line, const struct ini_sink *sink,
			void *userdata)
{
	char inside[INI_LINE_MAX + 1];
	size_t n = (size_t)(to - from);

	if (n < 2 || n > INI_LINE_MAX || to[-1] != ']') {
		sink->section(userdata, line, NULL);
		sink->refusal(userdata, line, "", "this is not a section header");
		return;
	}
	memcpy(inside, from + 1, n - 2);
	inside[n - 2] = '\0';
	sink->section(userdata, line, inside);
}

static void read_pair(const char *text, const char *from, const char *to, unsigned line,
		      const struct ini_sink *sink, void *userdata)
{
	const char *equals = find_equals(from, to);
	char key[INI_KEY_MAX + 1], *value;
	size_t n;

	if (equals == NULL) {
		sink->refusal(userdata, line, "", "this is not KEY = VALUE");
		return;
	}
	n = key_length(from, to);
	memcpy(key, from, n);
	key[n] = '\0';
	value = copy_value(equals + 1, to);
	if (value == NULL)
		sink->refusal(userdata, line, key, strerror(ENOMEM));
	else
		sink->pair(userdata, line, (size_t)(from - text), key, value);
	free(value);
}

void layer_read(const char *text, size_t size, const struct ini_sink *sink, void *userdata)
{
	const char *end = text + size;
	unsigned line = 0;

	for (const char *from = text, *next; from < end; from = next) {
		const char *newline = memchr(from, '\n', (size_t)(end - from));
		const char *to = newline != NULL ? newline : end;

		next = newline != NULL ? newline + 1 : end;
		line++;
		if (from == to || *from == '#' || *from == ';')
			continue;
		if (text_find_unclean(from, to) != to)
			sink->refusal(userdata, line, "", "it has bytes that are not text");
		else if (*from == '[')
			read_header(from, to, line, sink, userdata);
		else
			read_pair(text, from, to, line, sink, userdata);
	}
}

enum layer_verb layer_header_verb(const char *inside, const char **ret_rest)
{
	size_t n = strcspn(inside, " \t");

	for (unsigned verb = LAYER_CREATE; layer_verb_words[verb] != NULL; verb++)
		if (strlen(layer_verb_words[verb]) == n && memcmp(layer_verb_words[verb], inside, n) == 0) {
			*ret_rest = inside + n + strspn(inside + n, " \t");
			return (enum layer_verb)verb;
		}
	*ret_rest = inside;
	return LAYER_NONE;
}

char *layer_read_value(const char *text, size_t size, size_t offset)
{
	const char *from = text + offset, *newline = memchr(from, '\n', size - offset);
	const char *to = newline != NULL ? newline : text + size, *equals = find_equals(from, to);

	return equals == NULL ? strdup("") : copy_value(equals + 1, to);
}

/* -- as values ------------------------------------------------------------------------------------------------- */

void layer_done(struct layer *layer)
{
	for (size_t i = 0; i < layer->n_values; i++) {
		free(layer->values[i].key);
		free(layer->values[i].value);
	}
	free(layer->values);
	*layer = (struct layer){ 0 };
}

static struct layer_value *find_value(const struct layer *layer, enum layer_verb verb, const char *key)
{
	for (size_t i = 0; i < layer->n_values; i++)
		if (layer->values[i].verb == verb && strcmp(layer->values[i].key, key) == 0)
			return &layer->values[i];
	return NULL;
}

bool layer_has(const struct layer *layer, enum layer_verb verb, const char *key)
{
	return find_value(layer, verb, key) != NULL;
}

/* Takes over both strings. */
static int put_value(struct layer *layer, enum layer_verb verb, char *key, char *value)
{
	struct layer_value *old, *values;

	if (key == NULL || value == NULL)
		goto fail;
	old = find_value(layer, verb, key);
	if (old != NULL) {
		free(old->value);
		old->value = value;
		free(key);
		return 0;
	}
	values = reallocarray(layer->values, layer->n_values + 1, sizeof *values);
	if (values == NULL)
		goto fail;
	layer->values = values;
	values[layer->n_values++] = (struct layer_value){ verb, key, value };
	return 0;
fail:
	free(key);
	free(value);
	return -ENOMEM;
}

struct taking {
	struct layer *layer;
	enum layer_verb older; /* what the older form is here */
	enum layer_verb verb;  /* of the part that is read; LAYER_NONE: of none */
	int error;
};

/* ini_sink::section */
static void take_section(void *userdata, unsigned line, const char *inside)
{
	struct taking *taking = userdata;
	struct layer *layer = taking->layer;
	char kind[16], name[KIPC_NAME_MAX + 2];
	const char *rest;

	taking->verb = LAYER_NONE;
	if (inside == NULL)
		return;
	taking->verb = layer_header_verb(inside, &rest);
	if (sscanf(rest, "%15s %32s", kind, name) != 2 || kipc_kind_from_string(kind) == 0 ||
	    !kipc_name_is_valid(name)) {
		taking->verb = LAYER_NONE;
		return;
	}
	if (taking->verb == LAYER_NONE)
		taking->verb = taking->older;
	layer->declares |= taking->verb == LAYER_CREATE;
	layer->kind = kipc_kind_from_string(kind);
	memcpy(layer->name, name, strlen(name) + 1);
}

static void take_pair(void *userdata, unsigned line, size_t offset, const char *key, const char *value)
{
	struct taking *taking = userdata;

	if (taking->verb != LAYER_NONE && taking->error == 0)
		taking->error = put_value(taking->layer, taking->verb, strdup(key), strdup(value));
}

static void pass_over(void *userdata, unsigned line, const char *key, const char *sentence)
{
}

int layer_from_text(const char *text, size_t size, enum layer_verb older, struct layer *ret_layer)
{
	static const struct ini_sink sink = { take_section, take_pair, pass_over };
	struct layer layer = { 0 };
	struct taking taking = { .layer = &layer, .older = older };

	layer_read(text, size, &sink, &taking);
	if (taking.error < 0) {
		layer_done(&layer);
		return taking.error;
	}
	*ret_layer = layer;
	return 0;
}

/* -- writing --------------------------------------------------------------------------------------------------- */

static void write_value(FILE *out, const char *value)
{
	size_t n = strlen(value);

	if (n == 0 ||
	    (strpbrk(value, "\"\\#;") == NULL && !text_is_blank(value[0]) && !text_is_blank(value[n - 1]))) {
		fputs(value, out);
		return;
	}
	putc('"', out);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', out);
		putc(*value, out);
	}
	putc('"', out);
}

static void write_part(FILE *out, const struct layer *layer, enum layer_verb verb)
{
	const char *kind = kipc_kind_to_string(layer->kind), *word = layer_verb_words[verb];
	bool has_header = verb == LAYER_CREATE && layer->declares;

	if (has_header)
		fprintf(out, "[%s %s %s]\n", word, kind, layer->name);
	for (size_t i = 0; i < layer->n_values; i++) {
		if (layer->values[i].verb != verb)
			continue;
		if (!has_header)
			fprintf(out, "[%s %s %s]\n", word, kind, layer->name);
		has_header = true;
		fprintf(out, "%s = ", layer->values[i].key);
		write_value(out, layer->values[i].value);
		putc('\n', out);
	}
}

char *layer_to_text(const struct layer *layer)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (unsigned verb = LAYER_CREATE; layer_verb_words[verb] != NULL; verb++)
		write_part(out, layer, (enum layer_verb)verb);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* -- changing -------------------------------------------------------------------------------------------------- */

static int refuse_unclean(const char *key, const char *value, char **reterr_sentence)
{
	size_t n = strlen(value);
	const char *unclean = text_find_unclean(value, value + n);

	if (n > LAYER_VALUE_MAX)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "%s: the value has %zu bytes; the limit is %zu", key, n,
				     LAYER_VALUE_MAX);
	if (*unclean == '\0')
		return 0;
	return sentence_fail(reterr_sentence, -EINVAL, "%s: byte %zu of the value is a %s; remove it", key,
			     (size_t)(unclean - value) + 1,
			     *unclean == '\n' ? "newline" : "control character");
}

/* Blanks around a value count only in free text; "key = value" with blanks is the style of files. */
static char *value_of(const char *key, const char *equals, bool is_spaced)
{
	const char *from = equals + 1, *to = from + strlen(from);
	bool is_free_text = strcmp(key, "description") == 0;

	while ((is_spaced || !is_free_text) && text_is_blank(*from))
		from++;
	while (!is_free_text && to > from && text_is_blank(to[-1]))
		to--;
	return strndup(from, (size_t)(to - from));
}

static int assign(struct layer *layer, enum layer_verb verb, const char *assignment, char **reterr_sentence)
{
	const char *end = assignment + strlen(assignment), *equals = find_equals(assignment, end);
	CLEANUP_FREE char *key = NULL, *value = NULL;
	size_t n;
	int r;

	if (equals == NULL)
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' does not have the form key=value",
				     assignment);
	n = key_length(assignment, end);
	key = strndup(assignment, n);
	value = key == NULL ? NULL : value_of(key, equals, assignment + n != equals);
	r = value == NULL ? -ENOMEM : refuse_unclean(key, value, reterr_sentence);
	if (r < 0)
		return r;
	r = put_value(layer, verb, key, value);
	key = value = NULL;
	return r;
}

int layer_assign(struct layer *layer, enum layer_verb verb, char **assignments, char **reterr_sentence)
{
	int r = 0;

	for (char **p = assignments; r == 0 && p != NULL && *p != NULL; p++)
		r = assign(layer, verb, *p, reterr_sentence);
	return r;
}

/* Removes the values of these verbs (bits) and that key (NULL: any). */
static size_t remove_values(struct layer *layer, unsigned verbs, const char *key)
{
	size_t n = 0, n_before = layer->n_values;

	for (size_t i = 0; i < n_before; i++) {
		struct layer_value *value = &layer->values[i];

		if ((verbs & 1U << value->verb) == 0 || (key != NULL && strcmp(value->key, key) != 0)) {
			layer->values[n++] = *value;
			continue;
		}
		free(value->key);
		free(value->value);
	}
	layer->n_values = n;
	return n_before - n;
}

size_t layer_unset(struct layer *layer, const char *key)
{
	return remove_values(layer, 1U << LAYER_SET | 1U << LAYER_ADOPT, key);
}

void layer_drop(struct layer *layer, enum layer_verb verb)
{
	(void)remove_values(layer, 1U << verb, NULL);
	if (verb == LAYER_CREATE)
		layer->declares = false;
}
