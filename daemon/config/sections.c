/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The sink of the INI reader; called by parse.c. Every mistake is reported, and the rest is read as it was probably meant. */

#include "daemon/config/sections.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"
#include "daemon/config/layer.h"
#include "daemon/config/overrides.h"

static const char *const section_words[] = { "daemon", "queue", "segment", "semaphore", NULL };

/* Adds a mistake in the form "[section] key: sentence"; either may be missing. */
__attribute__((format(printf, 4, 5))) static void complain(struct parser *parser, unsigned line,
							   const char *key, const char *format, ...)
{
	const char *file = parser->sources[parser->source].name;
	char sentence[CONFIG_SENTENCE_MAX + PATH_MAX]; /* some cite another file */
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	if (parser->sources[parser->source].is_argument)
		problems_add_mistake(parser->problems, "", 0, "'%s=%s': %s", key,
				     parser->input.value != NULL ? parser->input.value : "", sentence);
	else if (parser->section[0] == '\0')
		problems_add_mistake(parser->problems, file, line, "%s%s%s", key, key[0] != '\0' ? ": " : "",
				     sentence);
	else
		problems_add_mistake(parser->problems, file, line, "[%s]%s%s: %s", parser->section,
				     key[0] != '\0' ? " " : "", key, sentence);
}

/* The place of that name in the table, taken or free. */
static struct draft **find_slot(struct parser *parser, const char *name)
{
	size_t hash = 5381;

	for (const char *p = name; *p != '\0'; p++)
		hash = hash * 33 + (unsigned char)*p;
	while (parser->table[hash & parser->table_mask] != NULL &&
	       strcmp(parser->table[hash & parser->table_mask]->spec.name, name) != 0)
		hash++;
	return &parser->table[hash & parser->table_mask];
}

static struct draft *new_draft(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	struct draft *draft = &parser->drafts[parser->n_drafts++];

	draft->spec = parser->preset;
	draft->spec.kind = kind;
	memcpy(draft->spec.name, name, strnlen(name, KIPC_NAME_MAX));
	draft->spec.origin = parser->config->origins[parser->source];
	draft->spec.line = line;
	draft->spec.is_of_layer = parser->sources[parser->source].runtime_layer;
	draft->first = (struct place){ .source = parser->source, .line = line };
	return draft;
}

/* Keeps a header with a mistake as it is written, for the sentences of check.c. */
static void note_header(struct parser *parser, struct draft *draft)
{
	free(draft->written);
	draft->written = strdup(parser->section);
	if (draft->written == NULL)
		parser->error = -ENOMEM;
}

static struct draft *new_stray(struct parser *parser, enum kipc_kind kind, unsigned line)
{
	struct draft *draft = new_draft(parser, kind, "", line);

	draft->is_stray = true;
	note_header(parser, draft);
	return draft;
}

/* The section may have begun before: in another file or, which is a mistake, in this one. */
static void enter_draft(struct parser *parser, struct draft *draft, unsigned in_sections, unsigned line)
{
	if (draft->header.line > 0 && draft->header.source == parser->source && parser->verb == LAYER_NONE)
		complain(parser, line, "",
			 "duplicate section; the first is at line %u: move these keys there",
			 draft->header.line);
	draft->header = (struct place){ .source = parser->source, .line = line };
	parser->draft = draft;
	parser->in_sections = in_sections;
}

/* The draft of a valid name: a new one, that of an earlier file, or a stray if the name has another kind. */
static struct draft *find_draft(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	struct draft **slot = find_slot(parser, name), *draft;

	if (*slot == NULL)
		*slot = new_draft(parser, kind, name, line);
	draft = *slot;
	if (draft->spec.kind == kind)
		return draft;
	complain(parser, line, "",
		 "[%s %s] at %s:%u already has this name; choose another, since names are unique across all "
		 "kinds",
		 kipc_kind_to_string(draft->spec.kind), name, draft->spec.origin, draft->spec.line);
	return new_stray(parser, kind, line);
}

static void begin_channel(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	struct draft *draft;

	if (name[0] == '\0') {
		complain(parser, line, "", "the name is missing; write [%s NAME]", kipc_kind_to_string(kind));
		draft = new_stray(parser, kind, line);
	} else if (!kipc_name_is_valid(name)) {
		complain(parser, line, "", "'%s' is not a name; " CHANNEL_NAME_RULE, name);
		draft = new_stray(parser, kind, line);
	} else {
		draft = find_draft(parser, kind, name, line);
	}
	enter_draft(parser, draft, channel_classes_of_kinds(kind), line);
}

/* Whether a part of the runtime layer applies: create if no file declares the channel, adopt and set if one does. */
static bool part_applies(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	static const char gone[] = "no section declares it any more; declare it again, or forget this with "
				   "'kipcctl unset'";
	const struct draft *draft = *find_slot(parser, name);

	if (parser->verb == LAYER_NONE)
		return true;
	if (parser->verb == LAYER_CREATE)
		return draft == NULL || draft->spec.is_of_layer;
	if (draft != NULL && draft->spec.kind == kind)
		return true;
	problems_add_warning(parser->problems, parser->sources[parser->source].name, line,
			     "[%s] is set aside: %s", parser->section, gone);
	if (config_aside_note(parser->config, name, false, gone) < 0)
		parser->error = -ENOMEM;
	return false;
}

/* What the first word of a header means. A misspelt word is a mistake, and is read as what was probably meant. */
static const char *read_section_word(struct parser *parser, const char *word, unsigned line)
{
	const char *near;

	for (size_t i = 0; section_words[i] != NULL; i++)
		if (strcmp(section_words[i], word) == 0)
			return section_words[i];
	near = grammar_nearest(word, section_words);
	if (word[0] == '\0')
		complain(parser, line, "", "the section has no name; write [daemon] or [KIND NAME]");
	else if (near != NULL)
		complain(parser, line, "",
			 "'%s' is not one of daemon, queue, segment, semaphore; did you mean '%s'?", word,
			 near);
	else
		complain(parser, line, "", "'%s' is not one of daemon, queue, segment, semaphore", word);
	return near;
}

/* ini_sink::section */
static void begin_section(void *userdata, unsigned line, const char *inside)
{
	struct parser *parser = userdata;
	char word[INI_LINE_MAX + 1];
	const char *name, *meant;
	size_t n;

	parser->has_section = true;
	parser->draft = NULL;
	parser->verb = LAYER_NONE;
	if (inside != NULL && parser->sources[parser->source].runtime_layer)
		parser->verb = layer_header_verb(inside, &inside);
	parser->section[0] = '\0';
	if (inside == NULL)
		return;
	memcpy(parser->section, inside, strlen(inside) + 1); /* a line is no longer */
	n = strcspn(inside, " \t");
	memcpy(word, inside, n);
	word[n] = '\0';
	name = inside + n + strspn(inside + n, " \t");

	meant = read_section_word(parser, word, line);
	if (meant == NULL) {
		enter_draft(parser, new_stray(parser, 0, line), CHANNEL_ANY, line);
	} else if (strcmp(meant, "daemon") == 0) {
		if (name[0] != '\0')
			complain(parser, line, "", "[daemon] takes no name; write [daemon]");
		enter_draft(parser, &parser->daemon, CONFIG_DAEMON, line);
	} else if (part_applies(parser, kipc_kind_from_string(meant), name, line)) {
		begin_channel(parser, kipc_kind_from_string(meant), name, line);
		if (strcmp(meant, word) != 0)
			note_header(parser, parser->draft);
	}
}

static int read_field(struct parser *parser, struct place place)
{
	struct field_draft field = { .place = place };
	int r = config_keys[CONFIG_KEY_FIELD].parse(&parser->input, &field.field);

	if (r < 0)
		return r;
	field.field.place =
		(struct value_place){ place.source, place.line, CONFIG_KEY_FIELD, (unsigned char)place.verb };
	r = draft_add_field(parser->draft, &field);
	if (r < 0)
		field_spec_done(&field.field);
	return r;
}

static int read_value(struct parser *parser, enum config_key_id id, struct place place)
{
	const struct config_key *row = &config_keys[id];

	parser->input.row = row;
	if (parser->input.value[0] == '\0' && (row->flags & KEY_MAY_BE_EMPTY) == 0)
		return config_refuse(&parser->input, "has no value; write KEY = VALUE, or remove the line");
	if ((row->flags & KEY_IN_FILES_ONLY) != 0 && parser->sources[parser->source].runtime_layer)
		return config_refuse(&parser->input,
				     "is for configuration files only; write it into kipcd.conf.d");
	if (id == CONFIG_KEY_FIELD)
		return read_field(parser, place);
	return row->parse(&parser->input,
			  row->sections == CONFIG_DAEMON ? (void *)parser->config : &parser->draft->spec);
}

/* The place of the value that the key has so far. */
static struct place find_place(const struct draft *draft, enum config_key_id id, const char *key)
{
	const struct field_draft *field;

	if (id != CONFIG_KEY_FIELD)
		return draft->places[id];
	field = draft_find_field(draft, key);
	return field != NULL ? field->place : (struct place){ 0 };
}

/* The value that the key has so far, as config_keys_value() prints it. */
static char *find_value(const struct draft *draft, enum config_key_id id, const char *key)
{
	const struct field_draft *field;

	if (id != CONFIG_KEY_FIELD)
		return config_keys_value(id, &draft->spec);
	field = draft_find_field(draft, key);
	return field != NULL ? config_keys_value(id, &field->field) : NULL;
}

/* In a layer file of the older form, a section that another file declares, too, was written by set. */
static enum layer_verb verb_of_value(const struct parser *parser)
{
	if (parser->verb != LAYER_NONE || !parser->sources[parser->source].runtime_layer)
		return parser->verb;
	return parser->draft->spec.is_of_layer ? LAYER_CREATE : LAYER_SET;
}

/* As read_value(), of a value that set or adopt gave: notes what it overrides, and whether that changes anything. */
static int read_override(struct parser *parser, enum config_key_id id, struct place place)
{
	const char *key = parser->input.key;
	struct draft *draft = parser->draft;
	struct config_override *override;
	char *before = find_value(draft, id, key), *after;
	int r;

	r = config_override_note(parser->config, parser->sources, draft->spec.name, key,
				 find_place(draft, id, key), (enum layer_verb)place.verb, parser->input.value,
				 &before, &override);
	free(before);
	if (r < 0)
		return r;
	r = read_value(parser, id, place);
	if (r < 0 || override == NULL)
		return r;
	after = find_value(draft, id, key);
	override->changes_nothing = after != NULL && override->declared_value != NULL &&
				    strcmp(after, override->declared_value) == 0;
	free(after);
	return 0;
}

/* ini_sink::pair */
static void read_pair(void *userdata, unsigned line, size_t offset, const char *key, const char *value)
{
	struct parser *parser = userdata;
	struct draft *draft = parser->draft;
	struct place place;
	enum config_key_id id;
	int r;

	if (!parser->has_section)
		complain(parser, line, key,
			 "precedes the first section; move it below [daemon] or a [KIND NAME]");
	if (draft == NULL)
		return;
	parser->input.key = key;
	parser->input.value = value;
	if (config_keys_find(key, parser->in_sections, &id) < 0) {
		config_keys_explain(&parser->input, parser->in_sections);
		complain(parser, line, key, "%s", parser->input.sentence);
		return;
	}
	if (id != CONFIG_KEY_FIELD && draft->places[id].source == parser->source &&
	    draft->places[id].line > draft->header.line)
		complain(parser, line, key, "duplicate; the first is at line %u: keep one of them",
			 draft->places[id].line);
	place = (struct place){ parser->source, line, (unsigned)offset, verb_of_value(parser) };
	r = place.verb == LAYER_SET || place.verb == LAYER_ADOPT ? read_override(parser, id, place)
								 : read_value(parser, id, place);
	draft->given |= KEY_BIT(id);
	draft->bad &= ~KEY_BIT(id);
	draft->places[id] = place;
	if (r == -EINVAL) {
		draft->bad |= KEY_BIT(id);
		complain(parser, line, key, "%s", parser->input.sentence);
	} else if (r < 0) {
		parser->error = r;
	}
}

/* ini_sink::refusal. A key in such a line is given, if badly: it must not be reported as missing, too. */
static void read_refusal(void *userdata, unsigned line, const char *key, const char *sentence)
{
	struct parser *parser = userdata;
	enum config_key_id id;

	complain(parser, line, key, "%s", sentence);
	if (parser->draft == NULL || config_keys_find(key, parser->in_sections, &id) < 0)
		return;
	parser->draft->given |= KEY_BIT(id);
	parser->draft->bad |= KEY_BIT(id);
	parser->draft->places[id] = (struct place){ .source = parser->source, .line = line };
}

/* Notes which channel a file of the runtime layer that is set aside is about, if the file says so. */
static void note_aside(struct parser *parser, const struct config_source *source)
{
	struct layer layer = { 0 };
	int r;

	problems_add_warning(parser->problems, source->name, 0, "is set aside: %s", source->aside);
	r = layer_from_text(source->text, source->size, LAYER_CREATE, &layer);
	if (r == 0 && layer.kind != 0)
		r = config_aside_note(parser->config, layer.name, layer.declares, source->aside);
	layer_done(&layer);
	if (r < 0)
		parser->error = r;
}

void sections_read(struct parser *parser, unsigned index)
{
	static const struct ini_sink sink = { begin_section, read_pair, read_refusal };
	const struct config_source *source = &parser->sources[index];
	int r;

	if (source->aside != NULL) {
		note_aside(parser, source);
		return;
	}

	parser->source = index;
	parser->has_section = false;
	parser->section[0] = '\0';
	parser->draft = NULL;
	parser->verb = LAYER_NONE;
	if (source->runtime_layer) {
		layer_read(source->text, source->size, &sink, parser);
		return;
	}
	r = ini_read(source->text, source->size, &sink, parser);
	if (r == -EBADMSG)
		problems_add_mistake(parser->problems, source->name, 0,
				     "libinih cannot read this file, for an unknown reason");
	else if (r < 0)
		parser->error = r;
}
