/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called for start, reload, --check and changes, and by tests. Owns the drafts while the sources are read; check.c then judges
 * all of them together. Looks at nothing but its arguments. A configuration comes out only if no source has a mistake.
 */

#include "daemon/config/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/check.h"
#include "daemon/config/overrides.h"
#include "daemon/config/sections.h"

/* How many headers a text has at most: they begin their lines. */
static size_t count_headers(const struct config_source *source)
{
	const char *p = source->text, *end = p + source->size;
	size_t n = 1; /* one may stand behind a byte order mark */

	while (p < end) {
		n += *p == '[';
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			break;
		p++;
	}
	return n;
}

/* The values of keys that are not given. */
static int preset(struct parser *parser, const struct config_world *world)
{
	int r = config_rows_preset(config_keys, CONFIG_N_KEYS, CHANNEL_ANY, &parser->preset);

	parser->preset.owner = world->own_uid();
	parser->preset.group = world->own_gid();
	return r < 0 ? r : config_rows_preset(config_keys, CONFIG_N_KEYS, CONFIG_DAEMON, parser->config);
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
	accounts_done(&parser->users);
	accounts_done(&parser->groups);
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

/* Writes the places of the values of the draft to `places`, for its spec; returns their end. */
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
		sections_read(parser, (unsigned)i);
		if (parser->error < 0)
			return parser->error;
	}
	r = config_check(parser->drafts, parser->n_drafts, parser->sources, parser->context.world,
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
		.context = { world, &parser.users, &parser.groups },
		.input.context = &parser.context,
	};
	int r;

	if (parser.config == NULL)
		return -ENOMEM;
	r = preset(&parser, world);
	if (r == 0)
		r = parse_all(&parser, n_sources);
	if (r == 0) {
		*ret_config = parser.config;
		parser.config = NULL;
	}
	parser_done(&parser);
	return r;
}
