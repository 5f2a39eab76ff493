/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From texts to a configuration. Owns the drafts while the sources are read, one after the other, each key
 * overriding the one of an earlier source; config/check.c then judges the whole. Called by whoever has
 * sources: start, reload, --check, and tests. Nothing is looked at but the arguments, and a configuration
 * comes out only when there was no mistake in any source.
 */

#include "daemon/config/config.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/ini.h"
#include "common/grammar.h"
#include "daemon/config/draft.h"

#define MODE_DEFAULT 0660
#define SAMPLE_INTERVAL_DEFAULT UINT64_C(1000000)

static const char *const section_words[] = { "daemon", "queue", "segment", "semaphore", NULL };

struct parser {
	const struct config_source *sources;
	unsigned source; /* the one being read */
	struct problems *problems;
	struct config *config;
	struct key_input input;
	uid_t own_uid;
	gid_t own_gid;
	struct known_ids users, groups;
	int error; /* -ENOMEM sticks */

	struct draft *drafts; /* room for one a header: they never move */
	size_t n_drafts;
	struct draft **table; /* by hash of the name, open addressing */
	size_t table_mask;
	struct draft daemon;

	/* the section being read */
	bool has_section;
	char section[INI_LINE_MAX + 1]; /* its text between the brackets, without a verb */
	enum layer_verb verb;
	struct draft *draft; /* NULL: its header could not be read, and its keys mean nothing */
	unsigned sections;   /* config_key::sections that its keys are looked for in */
};

void draft_done(struct draft *draft)
{
	for (size_t i = 0; i < draft->n_fields; i++)
		field_spec_done(&draft->fields[i].field);
	free(draft->fields);
	free(draft->written);
	channel_spec_done(&draft->spec);
}

/* Adds a mistake in the form "[section] key: sentence", without what there is not. */
__attribute__((format(printf, 4, 5))) static void complain(struct parser *parser, unsigned line,
							   const char *key, const char *format, ...)
{
	const char *file = parser->sources[parser->source].name;
	char sentence[KEY_SENTENCE_MAX + PATH_MAX]; /* some name another file */
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

/* Where the draft of that name is in the table, or belongs. */
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

	draft->spec.kind = kind;
	memcpy(draft->spec.name, name, strnlen(name, KIPC_NAME_MAX));
	draft->spec.origin = parser->config->origins[parser->source];
	draft->spec.line = line;
	draft->spec.owner = parser->own_uid;
	draft->spec.group = parser->own_gid;
	draft->spec.mode = MODE_DEFAULT;
	draft->spec.is_of_layer = parser->sources[parser->source].runtime_layer;
	draft->first = (struct place){ .source = parser->source, .line = line };
	return draft;
}

/* Keeps a header with a mistake as it is written, for the messages of config/check.c. */
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

/*
 * Goes on with a section that may have been begun before: in another file, or, which is a mistake, in this
 * one.
 */
static void resume_draft(struct parser *parser, struct draft *draft, unsigned line)
{
	if (draft->header.line > 0 && draft->header.source == parser->source && parser->verb == LAYER_NONE)
		complain(parser, line, "",
			 "doubled; the section stands at line %u already: put its keys there",
			 draft->header.line);
	draft->header = (struct place){ .source = parser->source, .line = line };
	parser->draft = draft;
}

static void begin_channel(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	const char *word = kipc_kind_to_string(kind);
	struct draft **slot, *draft;

	if (name[0] == '\0') {
		complain(parser, line, "", "the name is missing; write [%s NAME]", word);
		draft = new_stray(parser, kind, line);
	} else if (!kipc_name_is_valid(name)) {
		complain(parser, line, "",
			 "'%s' is not a name; names are 1 to %d letters, digits, '.', '_' and '-', a letter "
			 "first",
			 name, KIPC_NAME_MAX);
		draft = new_stray(parser, kind, line);
	} else {
		slot = find_slot(parser, name);
		if (*slot == NULL)
			*slot = new_draft(parser, kind, name, line);
		draft = *slot;
		if (draft->spec.kind != kind) {
			complain(parser, line, "",
				 "the name is that of [%s %s] at %s:%u; names are unique over all kinds: "
				 "choose another",
				 kipc_kind_to_string(draft->spec.kind), name, draft->spec.origin,
				 draft->spec.line);
			draft = new_stray(parser, kind, line);
		}
	}
	parser->sections = kind;
	resume_draft(parser, draft, line);
}

/* Which parts of the runtime layer may speak of a channel: create where no file declares it, adopt and set where one does. */
static bool part_counts(struct parser *parser, enum kipc_kind kind, const char *name, unsigned line)
{
	const struct draft *draft = *find_slot(parser, name);
	static const char gone[] = "no section declares it any more; declare it again, or forget this with "
				   "'kipcctl unset'";

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

/* What the first word of a header means; a word near to one is a mistake that is read as that one. */
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
		parser->sections = KIPC_ANY_KIND;
		resume_draft(parser, new_stray(parser, 0, line), line);
	} else if (strcmp(meant, "daemon") == 0) {
		if (name[0] != '\0')
			complain(parser, line, "", "[daemon] takes no name; write [daemon]");
		parser->sections = CONFIG_DAEMON;
		resume_draft(parser, &parser->daemon, line);
	} else if (part_counts(parser, kipc_kind_from_string(meant), name, line)) {
		begin_channel(parser, kipc_kind_from_string(meant), name, line);
		if (strcmp(meant, word) != 0)
			note_header(parser, parser->draft);
	}
}

static int add_field(struct parser *parser, struct draft *draft, struct place place)
{
	struct field_draft field = { .place = place };
	int r = config_keys[CONFIG_KEY_FIELD].parse(&parser->input, &field.field);

	if (r < 0)
		return r;
	field.field.place =
		(struct value_place){ place.source, place.line, CONFIG_KEY_FIELD, (unsigned char)place.verb };
	if ((draft->n_fields & (draft->n_fields - 1)) == 0) { /* a power of two: the array is full */
		size_t n = draft->n_fields == 0 ? 1 : 2 * draft->n_fields;
		struct field_draft *fields = reallocarray(draft->fields, n, sizeof *fields);

		if (fields == NULL) {
			field_spec_done(&field.field);
			return -ENOMEM;
		}
		draft->fields = fields;
	}
	draft->fields[draft->n_fields++] = field;
	return 0;
}

static int read_value(struct parser *parser, enum config_key_id id, struct place place)
{
	const struct config_key *key = &config_keys[id];
	struct draft *draft = parser->draft;
	char *base = key->sections == CONFIG_DAEMON ? (char *)parser->config : (char *)&draft->spec;

	if (parser->input.value[0] == '\0' && id != CONFIG_KEY_DESCRIPTION)
		return key_refuse(&parser->input, "has no value; write KEY = VALUE, or leave the line out");
	if (id == CONFIG_KEY_ACTIVATE && parser->sources[parser->source].runtime_layer)
		return key_refuse(&parser->input,
				  "is for configuration files only; write it into kipcd.conf.d");
	if (id == CONFIG_KEY_FIELD)
		return add_field(parser, draft, place);
	return key->parse(&parser->input, base + key->offset);
}

/* The place of the value that the key (or field) already has. */
static struct place find_place(const struct draft *draft, enum config_key_id id, const char *key)
{
	if (id != CONFIG_KEY_FIELD)
		return draft->places[id];
	for (size_t i = draft->n_fields; i > 0; i--)
		if (strcmp(draft->fields[i - 1].field.name, strchr(key, '.') + 1) == 0)
			return draft->fields[i - 1].place;
	return (struct place){ 0 };
}

/* In a layer file of the older form, a section that another file declares too is one that set wrote. */
static enum layer_verb verb_of_value(const struct parser *parser)
{
	if (parser->verb != LAYER_NONE || !parser->sources[parser->source].runtime_layer)
		return parser->verb;
	return parser->draft->spec.is_of_layer ? LAYER_CREATE : LAYER_SET;
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
			 "stands before the first section; put it below [daemon] or a [KIND NAME]");
	if (draft == NULL)
		return;
	parser->input.key = key;
	parser->input.value = value;
	if (config_key_find(key, parser->sections, &id) < 0) {
		config_key_explain(&parser->input, parser->sections);
		complain(parser, line, key, "%s", parser->input.sentence);
		return;
	}
	place = (struct place){ parser->source, line, (unsigned)offset, verb_of_value(parser) };
	if (place.verb == LAYER_SET || place.verb == LAYER_ADOPT) {
		r = config_override_note(parser->config, parser->sources, draft->spec.name, key,
					 find_place(draft, id, key), (enum layer_verb)place.verb, value);
		if (r < 0)
			parser->error = r;
	}
	if (id != CONFIG_KEY_FIELD && draft->places[id].source == parser->source &&
	    draft->places[id].line > draft->header.line)
		complain(parser, line, key, "doubled; it stands at line %u already: keep one of them",
			 draft->places[id].line);
	draft->given |= KEY_BIT(id);
	draft->bad &= ~KEY_BIT(id);
	draft->places[id] = place;
	r = read_value(parser, id, place);
	if (r == -EINVAL) {
		draft->bad |= KEY_BIT(id);
		complain(parser, line, key, "%s", parser->input.sentence);
	} else if (r < 0) {
		parser->error = r;
	}
}

/*
 * ini_sink::refusal. A key that stands in the line is given, if badly: it is not to be called missing as
 * well.
 */
static void read_refusal(void *userdata, unsigned line, const char *key, const char *sentence)
{
	struct parser *parser = userdata;
	enum config_key_id id;

	complain(parser, line, key, "%s", sentence);
	if (parser->draft == NULL || config_key_find(key, parser->sections, &id) < 0)
		return;
	parser->draft->given |= KEY_BIT(id);
	parser->draft->bad |= KEY_BIT(id);
	parser->draft->places[id] = (struct place){ .source = parser->source, .line = line };
}

/* The name of the channel that a file of the runtime layer is about, as far as it says so. */
static void note_aside(struct parser *parser, const struct config_source *source)
{
	struct layer layer;
	int r;

	problems_add_warning(parser->problems, source->name, 0, "is set aside: %s", source->aside);
	r = layer_from_text(source->text, source->size, LAYER_CREATE, &layer);
	if (r == 0 && layer.kind != 0)
		r = config_aside_note(parser->config, layer.name, layer.declares, source->aside);
	if (r == 0)
		layer_done(&layer);
	else
		parser->error = r;
}

static void read_source(struct parser *parser, unsigned index)
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
				     "libinih cannot read this file, for a reason that kipcd does not know");
	else if (r < 0)
		parser->error = r;
}

/* How many headers a text has at most: they begin their lines. */
static size_t count_headers(const struct config_source *source)
{
	const char *p = source->text, *end = p + source->size;
	size_t n = 1; /* one may follow a byte order mark */

	while (p < end) {
		n += *p == '[';
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			break;
		p++;
	}
	return n;
}

static int parser_init(struct parser *parser, size_t n_sources)
{
	struct config *config = parser->config;
	size_t n_headers = 0, n_table = 2;

	for (size_t i = 0; i < n_sources; i++)
		n_headers += count_headers(&parser->sources[i]);
	while (n_table < 2 * n_headers)
		n_table *= 2;
	parser->table_mask = n_table - 1;
	parser->table = calloc(n_table, sizeof *parser->table);
	parser->drafts = calloc(n_headers + 1, sizeof *parser->drafts);
	config->origins = calloc(n_sources + 1, sizeof *config->origins);
	if (parser->table == NULL || parser->drafts == NULL || config->origins == NULL)
		return -ENOMEM;
	for (; config->n_origins < n_sources; config->n_origins++) {
		config->origins[config->n_origins] = strdup(parser->sources[config->n_origins].name);
		if (config->origins[config->n_origins] == NULL)
			return -ENOMEM;
	}
	return 0;
}

static void parser_done(struct parser *parser)
{
	for (size_t i = 0; i < parser->n_drafts; i++)
		draft_done(&parser->drafts[i]);
	draft_done(&parser->daemon);
	free(parser->drafts);
	free(parser->table);
	known_ids_done(&parser->users);
	known_ids_done(&parser->groups);
	config_free(parser->config);
}

static int compare_drafts(const void *a, const void *b)
{
	const struct draft *const *x = a, *const *y = b;

	return strcmp((*x)->spec.name, (*y)->spec.name);
}

static size_t count_places(const struct parser *parser)
{
	size_t n = 0;

	for (size_t i = 0; i < parser->n_drafts; i++)
		n += (size_t)__builtin_popcount(parser->drafts[i].given);
	return n;
}

/* Where each value of the draft stands, from `places` on, for its spec; the end of them. */
static struct value_place *take_places(struct draft *draft, struct value_place *places)
{
	draft->spec.places = places;
	for (unsigned id = 0; id < CONFIG_N_KEYS; id++)
		if ((draft->given & KEY_BIT(id)) != 0 && id != CONFIG_KEY_FIELD)
			*places++ = (struct value_place){ draft->places[id].source, draft->places[id].line,
							  (unsigned char)id,
							  (unsigned char)draft->places[id].verb };
	draft->spec.n_places = (unsigned)(places - draft->spec.places);
	return places;
}

/* Moves the specs of the drafts, which are free of mistakes, into the configuration. */
static int take_channels(struct parser *parser)
{
	struct config *config = parser->config;
	struct value_place *places = NULL;
	struct draft **sorted = calloc(parser->n_drafts + 1, sizeof *sorted);

	config->channels = calloc(parser->n_drafts + 1, sizeof *config->channels);
	config->places = places = calloc(count_places(parser) + 1, sizeof *places);
	if (sorted == NULL || config->channels == NULL || places == NULL) {
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < parser->n_drafts; i++)
		sorted[i] = &parser->drafts[i];
	qsort(sorted, parser->n_drafts, sizeof *sorted, compare_drafts);
	for (; config->n_channels < parser->n_drafts; config->n_channels++) {
		struct channel_spec *spec = &sorted[config->n_channels]->spec;

		places = take_places(sorted[config->n_channels], places);
		config->channels[config->n_channels] = *spec;
		*spec = (struct channel_spec){ 0 };
	}
	free(sorted);
	return 0;
}

static int parse_all(struct parser *parser, size_t n_sources)
{
	int r = parser_init(parser, n_sources);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_sources; i++) {
		problems_note_file(parser->problems, parser->sources[i].name);
		read_source(parser, (unsigned)i);
		if (parser->error < 0)
			return parser->error;
	}
	r = config_check(parser->drafts, parser->n_drafts, parser->sources, parser->input.world,
			 parser->problems);
	if (r < 0)
		return r;
	if (parser->problems->n_mistakes == 0)
		r = take_channels(parser);
	if (r == 0 && parser->problems->n_mistakes == 0)
		config_overrides_settle(parser->config, parser->problems);
	problems_sort(parser->problems);
	return r == 0 && parser->problems->n_mistakes > 0 ? -EBADMSG : r;
}

int config_parse(const struct config_source *sources, size_t n_sources, const struct config_world *world,
		 struct problems *problems, struct config **ret_config)
{
	struct parser parser = {
		.sources = sources,
		.problems = problems,
		.config = calloc(1, sizeof *parser.config),
		.input.world = world,
		.own_uid = world->own_uid(),
		.own_gid = world->own_gid(),
	};
	int r;

	if (parser.config == NULL)
		return -ENOMEM;
	parser.config->sample_interval = SAMPLE_INTERVAL_DEFAULT;
	parser.input.users = &parser.users;
	parser.input.groups = &parser.groups;
	r = parse_all(&parser, n_sources);
	if (r == 0) {
		*ret_config = parser.config;
		parser.config = NULL;
	}
	parser_done(&parser);
	return r;
}

struct config *config_free(struct config *config)
{
	if (config == NULL)
		return NULL;
	for (size_t i = 0; i < config->n_channels; i++)
		channel_spec_done(&config->channels[i]);
	for (size_t i = 0; i < config->n_origins; i++)
		free(config->origins[i]);
	config_overrides_done(config);
	free(config->channels);
	free(config->origins);
	free(config->places);
	free(config);
	return NULL;
}

static int compare_name(const void *name, const void *spec)
{
	return strcmp(name, ((const struct channel_spec *)spec)->name);
}

const struct channel_spec *config_find(const struct config *config, const char *name)
{
	if (config->n_channels == 0)
		return NULL;
	return bsearch(name, config->channels, config->n_channels, sizeof *config->channels, compare_name);
}
