/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From words to fields, for get, put and watch. kipcd is asked only if a word is a name, or if there is no word. The declaration
 * may be larger than the segment, so every field is checked against its real size.
 */

#include "client/facts/fields.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/facts/declared.h"
#include "client/facts/view-find.h"
#include "client/facts/view.h"
#include "common/grammar.h"

struct search {
	const struct invocation *invocation;
	struct fields *fields;
	uint64_t size; /* of the segment */
	bool needs_any;
	bool has_asked;		      /* kipcd, for: */
	struct json_object *declared; /* name -> type; NULL: none */
};

static const char *segment_of(const struct search *search)
{
	return search->invocation->args[0];
}

/* -- what kipcd knows ---------------------------------------------------------------------------------------- */

static enum status report_unknown_fields(const struct invocation *invocation, const char *segment, int error)
{
	char *sentence = bus_explain(invocation, error);
	enum status status;

	status = report(
		invocation, segment, STATUS_NO_DAEMON,
		"only kipcd knows the names of fields, but %s; without it, write TYPE@OFFSET, like u32@0",
		sentence != NULL ? sentence : strerror(ENOMEM));
	free(sentence);
	return status;
}

static enum status ask(struct search *search)
{
	const struct invocation *invocation = search->invocation;
	struct json_object *all = NULL;
	struct value_style style = { 0 };
	const struct view_row *row;
	enum status status = STATUS_DONE;
	struct view *view;
	int r;

	if (search->has_asked)
		return STATUS_DONE;
	r = view_read(invocation, &view);
	if (r < 0)
		return errors_end(invocation, segment_of(search), r);
	row = view_find(invocation, view, segment_of(search), &status);
	if (row != NULL && view->bus == NULL && search->needs_any)
		status = report_unknown_fields(invocation, segment_of(search), view->bus_error);
	else if (row != NULL && row->name != NULL && view->bus != NULL) {
		r = declared_read(view->bus, row->name, &style, &all);
		if (r < 0)
			status = errors_end(invocation, segment_of(search), r);
		search->declared = json_object_get(json_object_object_get(all, "fields"));
		json_object_put(all);
	}
	search->has_asked = row != NULL;
	accounts_done(&style.accounts);
	view_free(view);
	return row == NULL || status != STATUS_DONE ? status : STATUS_DONE;
}

/* -- one field ------------------------------------------------------------------------------------------------ */

/* Takes the name over. */
static enum status add(struct search *search, char *name, const struct field *field)
{
	struct fields *fields = search->fields;
	uint64_t size = field_size(field);
	struct named_field *items;

	if (name != NULL && (field->offset > search->size || size > search->size - field->offset)) {
		enum status status =
			report(search->invocation, segment_of(search), STATUS_FAILED,
			       "%s: it would end at byte %llu, but the segment has only %llu", name,
			       (unsigned long long)(field->offset + size), (unsigned long long)search->size);
		free(name);
		return status;
	}
	items = reallocarray(fields->items, fields->n_items + 1, sizeof *items);
	if (items == NULL || name == NULL) {
		free(name);
		return errors_end(search->invocation, segment_of(search), -ENOMEM);
	}
	fields->items = items;
	items[fields->n_items++] = (struct named_field){ .name = name, .field = *field };
	return STATUS_DONE;
}

static enum status refuse(struct search *search, const char *word, char *sentence)
{
	enum status status = report(search->invocation, segment_of(search), STATUS_USAGE, "%s: %s", word,
				    sentence != NULL ? sentence : strerror(ENOMEM));

	free(sentence);
	return status;
}

/* "[NAME:]TYPE@OFFSET" */
static enum status add_ad_hoc(struct search *search, char *word)
{
	char *colon = strchr(word, ':'), *sentence = NULL;
	struct field field;

	if (field_from_string(colon != NULL ? colon + 1 : word, &field, &sentence) < 0)
		return refuse(search, word, sentence);
	return add(search, colon != NULL ? strndup(word, (size_t)(colon - word)) : strdup(word), &field);
}

static enum status refuse_unknown(struct search *search, const char *name)
{
	const char *near = NULL, **words;
	size_t n = 0;

	words = calloc(search->declared != NULL ? (size_t)json_object_object_length(search->declared) + 1 : 1,
		       sizeof *words);
	if (words != NULL && search->declared != NULL) {
		json_object_object_foreach(search->declared, known, type)
		{
			(void)type;
			words[n++] = known;
		}
		near = grammar_nearest(name, words);
	}
	free(words);
	if (near != NULL)
		return report(search->invocation, segment_of(search), STATUS_USAGE,
			      "it has no field '%s'; did you mean '%s'?", name, near);
	return report(search->invocation, segment_of(search), STATUS_USAGE,
		      "it has no field '%s'; declare field.%s, or write TYPE@OFFSET, like u32@0", name, name);
}

/* "NAME" or "NAME[I]" */
static enum status add_declared(struct search *search, char *word)
{
	char *bracket = strchr(word, '['), *sentence = NULL, *end;
	struct json_object *type;
	struct field field;
	uint64_t index = 0;
	enum status status;

	status = ask(search);
	if (status != STATUS_DONE)
		return status;
	if (bracket != NULL)
		*bracket = '\0';
	type = json_object_object_get(search->declared, word);
	if (type == NULL)
		return refuse_unknown(search, word);
	if (field_from_string(json_object_get_string(type), &field, &sentence) < 0)
		return refuse(search, word, sentence);
	if (bracket == NULL)
		return add(search, strdup(word), &field);
	*bracket = '[';
	index = strtoull(bracket + 1, &end, 10);
	if (!field.is_array || end == bracket + 1 || strcmp(end, "]") != 0 || index >= field.count)
		return report(search->invocation, segment_of(search), STATUS_USAGE,
			      "%s: no such element; the field is %s", word, json_object_get_string(type));
	field.offset += index * field.size;
	field.count = 1;
	field.is_array = false;
	return add(search, strdup(word), &field);
}

static enum status add_word(struct search *search, const char *text)
{
	size_t n = strcspn(text, "=");
	char *word = strndup(text, n);
	enum status status;

	if (word == NULL)
		return errors_end(search->invocation, segment_of(search), -ENOMEM);
	status = strchr(word, '@') != NULL ? add_ad_hoc(search, word) : add_declared(search, word);
	free(word);
	return status;
}

static int compare_places(const void *a, const void *b)
{
	const struct named_field *one = a, *other = b;

	return one->field.offset < other->field.offset ? -1 : one->field.offset > other->field.offset;
}

static enum status add_all(struct search *search)
{
	enum status status = ask(search);

	if (status != STATUS_DONE)
		return status;
	if (search->declared == NULL && !search->needs_any)
		return STATUS_DONE;
	if (search->declared == NULL)
		return report(search->invocation, segment_of(search), STATUS_FAILED,
			      "no fields are declared for it; declare field.NAME, or write TYPE@OFFSET, like "
			      "u32@0");
	json_object_object_foreach(search->declared, name, type)
	{
		(void)type;
		if (status == STATUS_DONE)
			status = add_word(search, name);
	}
	if (search->fields->n_items > 0)
		qsort(search->fields->items, search->fields->n_items, sizeof *search->fields->items,
		      compare_places);
	return status;
}

/* -- all of them ----------------------------------------------------------------------------------------------- */

static enum status find(struct search *search, char **words)
{
	enum status status = STATUS_DONE;
	struct kipc_object object;
	enum channel_class class;
	int r;

	r = kipc_stat(search->fields->segment, &object);
	if (r < 0)
		return errors_report(search->invocation, segment_of(search), r);
	if (channel_find_class(search->fields->segment, &class) == 0 && class == CHANNEL_RING)
		return report(search->invocation, segment_of(search), STATUS_USAGE,
			      "a ring has messages, not fields; 'kipcctl peek %s' prints the first",
			      segment_of(search));
	search->size = object.segment.size;
	if (words[0] == NULL)
		return add_all(search);
	for (char **word = words; status == STATUS_DONE && *word != NULL; word++)
		status = add_word(search, *word);
	return status;
}

enum status fields_open(const struct invocation *invocation, char **words, bool needs_any,
			struct fields *ret_fields)
{
	struct fields fields = { 0 };
	struct search search = {
		.invocation = invocation,
		.fields = &fields,
		.needs_any = needs_any || words[0] != NULL,
	};
	enum status status;
	int r;

	r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_SEGMENT, &fields.segment);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	status = guard_open(invocation, &fields.guard);
	if (status == STATUS_DONE)
		status = find(&search, words);
	json_object_put(search.declared);
	if (status == STATUS_DONE)
		*ret_fields = fields;
	else
		fields_close(&fields);
	return status;
}

void fields_close(struct fields *fields)
{
	for (size_t i = 0; i < fields->n_items; i++)
		free(fields->items[i].name);
	free(fields->items);
	guard_close(&fields->guard);
	kipc_close(fields->segment);
	*fields = (struct fields){ 0 };
}

void fields_range(const struct fields *fields, uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t start = UINT64_MAX, end = 0;

	for (size_t i = 0; i < fields->n_items; i++) {
		const struct field *field = &fields->items[i].field;

		if (field->offset < start)
			start = field->offset;
		if (field->offset + field_size(field) > end)
			end = field->offset + field_size(field);
	}
	*ret_offset = start < end ? start : 0;
	*ret_size = start < end ? end - start : 0;
}
