/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The types of values that only channels have, and the table. Used by sections.c, check.c, and Manager.Describe(). */

#include "daemon/config/keys.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/text.h"
#include "common/field.h"
#include "common/grammar.h"
#include "daemon/config/config.h"

#define FTOK_PREFIX "ftok:"

/* -- users and groups ------------------------------------------------------------------------------------------ */

/* A user or a group: a number, which need not exist, or a name, which must. */
static int parse_id(struct config_input *input, struct accounts *accounts,
		    int (*look_up)(const char *name, uid_t *ret_id), const char *what, uid_t *ret_id)
{
	int64_t number;
	int r = grammar_number_from_string(input->value, 0, (int64_t)UINT32_MAX - 1, &number);

	if (r == 0) {
		*ret_id = (uid_t)number;
		return 0;
	}
	if (r == -ERANGE)
		return config_refuse(input, "'%s' is not a %s ID; choose 0 to 4294967294", input->value,
				     what);
	r = accounts_find(accounts, input->value, look_up, ret_id);
	if (r == -ENOENT)
		return config_refuse(input, "no %s '%s' on this machine; create it, or name another", what,
				     input->value);
	if (r < 0 && r != -ENOMEM)
		return config_refuse(input,
				     "the %s '%s' cannot be looked up: %s; try again, or give its number",
				     what, input->value, strerror(-r));
	return r;
}

static int config_parse_user(struct config_input *input, void *object)
{
	const struct config_context *context = input->context;

	return parse_id(input, context->users, context->world->user, "user",
			config_member(input->row, object));
}

static int config_parse_group(struct config_input *input, void *object)
{
	const struct config_context *context = input->context;

	return parse_id(input, context->groups, context->world->group, "group",
			config_member(input->row, object));
}

static bool config_print_user(const struct config_key *row, const void *object,
			      struct config_value *ret_value)
{
	ret_value->type = CONFIG_NUMBER;
	ret_value->number = *(const uid_t *)config_member_of(row, object);
	return true;
}

#define config_print_group config_print_user

/* [daemon] group */
static int parse_admin_group(struct config_input *input, void *object)
{
	struct config *config = object;
	int r = config_parse_group(input, config);

	if (r == 0) {
		config->has_admin_group = true;
		(void)snprintf(config->admin_group_name, sizeof config->admin_group_name, "%s", input->value);
	}
	return r;
}

/* -- keys ------------------------------------------------------------------------------------------------------ */

/* The last key of a file that is gone, or that kipcd cannot look at, will do: existing objects have it. */
static int take_key_of_file(struct config_input *input, const struct kipc_address *address,
			    struct channel_spec *spec)
{
	const struct config_context *context = input->context;
	int r;

	if (address->path[0] != '/')
		return config_refuse(input, "'%s' has no absolute path; write ftok:/PATH:N", input->value);
	if (address->path_length >= PATH_MAX)
		return config_refuse(input, "the path has %zu bytes; at most %d are possible",
				     address->path_length, PATH_MAX - 1);
	spec->path = strndup(address->path, address->path_length);
	if (spec->path == NULL)
		return -ENOMEM;
	spec->project = address->project;
	r = context->world->ftok(spec->path, spec->project, &spec->key);
	if (r == -ENOMEM)
		return r;
	if (spec->key == 0 && (channel_spec_file_is_gone(r) || r == -EACCES || r == -ENAMETOOLONG))
		return config_refuse(input, "ftok(3) fails on '%s': %s; name a file that exists, or a number",
				     spec->path, strerror(-r));
	spec->key_error = r;
	return 0;
}

static int refuse_key(struct config_input *input, int error)
{
	const char *value = input->value, *least = input->row->least, *most = input->row->most;

	if (strncmp(value, FTOK_PREFIX, strlen(FTOK_PREFIX)) == 0)
		return config_refuse(input,
				     "'%s' does not end in ':' and a project; write ftok:PATH:N, N from 1 to "
				     "255 or a character like 'A'",
				     value);
	if (error == -ERANGE && strspn(value, "0xX") == strlen(value))
		return config_refuse(
			input, "0 is IPC_PRIVATE and identifies no object; choose %s to %s, or omit the key",
			least, most);
	if (error == -ERANGE && strspn(value, "0123456789abcdefABCDEFxX") == strlen(value))
		return config_refuse(input, "'%s' is out of range; choose %s to %s", value, least, most);
	return config_refuse(input, "'%s' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'", value);
}

/* Sets path, project and error, too, since a later file may give a number in place of a path. */
static int config_parse_key(struct config_input *input, void *object)
{
	struct channel_spec *spec = object;
	struct kipc_address address;
	int r;

	free(spec->path);
	spec->path = NULL;
	spec->key = 0;
	spec->key_error = 0;
	r = kipc_address_parse(input->value, &address);
	if (r < 0 || address.kind != 0 || address.index >= 0)
		return refuse_key(input, r);
	if (address.form == KIPC_BY_FTOK)
		return take_key_of_file(input, &address, spec);
	if (address.form != KIPC_BY_KEY)
		return refuse_key(input, 0);
	spec->key = address.key;
	return 0;
}

static bool config_print_key(const struct config_key *row, const void *object, struct config_value *ret_value)
{
	ret_value->type = CONFIG_TEXT;
	snprintf(ret_value->buffer, sizeof ret_value->buffer, "0x%08x",
		 (unsigned)*(const key_t *)config_member_of(row, object));
	ret_value->text = ret_value->buffer;
	return true;
}

/* -- segments and semaphores ----------------------------------------------------------------------------------- */

#define config_parse_max_message config_parse_size

/* Its default depends on the size. */
static bool config_print_max_message(const struct config_key *row, const void *object,
				     struct config_value *ret_value)
{
	ret_value->type = CONFIG_SIZE;
	ret_value->number = channel_spec_max_message(object);
	return true;
}

static int config_parse_field(struct config_input *input, void *object)
{
	const char *name = strchr(input->key, '.') + 1;
	struct field_spec *spec = object;
	struct field field;
	char *sentence = NULL;
	int r;

	if (!kipc_name_is_valid(name))
		return config_refuse(input, "'%s' is not a name; " CHANNEL_NAME_RULE, name);
	r = field_from_string(input->value, &field, &sentence);
	if (r < 0) {
		r = sentence != NULL ? config_refuse(input, "%s", sentence) : -ENOMEM;
		free(sentence);
		return r;
	}
	*spec = (struct field_spec){ .name = strdup(name),
				     .offset = field.offset,
				     .size = field_size(&field) };
	spec->type = strndup(input->value, (size_t)(strrchr(input->value, '@') - input->value));
	if (spec->name == NULL || spec->type == NULL) {
		field_spec_done(spec);
		return -ENOMEM;
	}
	return 0;
}

static bool config_print_field(const struct config_key *row, const void *object,
			       struct config_value *ret_value)
{
	const struct field_spec *spec = object;

	(void)row;
	ret_value->type = CONFIG_TEXT;
	snprintf(ret_value->buffer, sizeof ret_value->buffer, "%s@%llu", spec->type,
		 (unsigned long long)spec->offset);
	ret_value->text = ret_value->buffer;
	return true;
}

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n > 0 && text_is_blank(text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* Their number is bounded by the length of the value, and then by the kernel (SEMMSL). */
static int split_values(struct config_input *input, char *text, unsigned short *values, size_t *ret_n)
{
	const struct config_key *row = input->row;
	char *one;
	size_t n = 0;

	while ((one = strsep(&text, ",")) != NULL) {
		int64_t number;

		one = trim(one);
		if (grammar_number_from_string(one, strtol(row->least, NULL, 10), strtol(row->most, NULL, 10),
					       &number) < 0)
			return config_refuse(input,
					     "'%s' is not a number from %s to %s; write one for each "
					     "semaphore, like 1 or 1,0,5",
					     one, row->least, row->most);
		values[n++] = (unsigned short)number;
	}
	*ret_n = n;
	return 0;
}

static int config_parse_values(struct config_input *input, void *object)
{
	struct channel_spec *spec = object;
	char *text = strdup(input->value);
	unsigned short *values = calloc(strlen(input->value) / 2 + 1, sizeof *values);
	size_t n = 0;
	int r;

	r = text == NULL || values == NULL ? -ENOMEM : split_values(input, text, values, &n);
	free(text);
	if (r < 0) {
		free(values);
		return r;
	}
	free(spec->values);
	spec->values = values;
	spec->n_values = n;
	return 0;
}

static bool config_print_values(const struct config_key *row, const void *object,
				struct config_value *ret_value)
{
	const struct channel_spec *spec = object;

	(void)row;
	ret_value->type = CONFIG_NUMBERS;
	ret_value->numbers = spec->values;
	ret_value->n_numbers = spec->n_values;
	return spec->n_values > 0;
}

/* -- the table ------------------------------------------------------------------------------------------------- */

_Static_assert(sizeof(enum manage) == sizeof(unsigned) && sizeof(enum lifetime) == sizeof(unsigned) &&
		       sizeof(enum layout) == sizeof(unsigned),
	       "config_parse_word() sets enums");

/* clang-format off */
#define CHANNEL_ROW(id, key, kinds, type, member, ...)                                                               \
	[CONFIG_KEY_##id] = { .name = key, .sections = kinds, .offset = offsetof(struct channel_spec, member),       \
			      .parse = config_parse_##type, .print = config_print_##type, __VA_ARGS__ },
#define DAEMON_ROW(id, key, member, ...)                                                                             \
	[CONFIG_KEY_##id] = { .name = key, .sections = CONFIG_DAEMON, .offset = offsetof(struct config, member),     \
			      __VA_ARGS__ },

const struct config_key config_keys[CONFIG_N_KEYS] = {
	CHANNEL_KEYS(CHANNEL_ROW)
	DAEMON_ROW(DAEMON_GROUP, "group", admin_group, .parse = parse_admin_group)
	DAEMON_ROW(SAMPLE_INTERVAL, "sample_interval", sample_interval, .parse = config_parse_span,
		   .preset = "1s", .least = "100ms", .most = "1h")
};
/* clang-format on */

enum channel_class config_keys_class_of(const struct channel_spec *spec)
{
	switch (spec->kind) {
	case KIPC_QUEUE:
		return CHANNEL_QUEUE;
	case KIPC_SEGMENT:
		return spec->layout == LAYOUT_RING ? CHANNEL_RING : CHANNEL_RAW;
	case KIPC_SEMAPHORE:
		break;
	}
	return CHANNEL_SEMAPHORE;
}

int config_keys_find(const char *key, unsigned sections, enum config_key_id *ret_id)
{
	unsigned id;
	int r = config_rows_find(config_keys, CONFIG_N_KEYS, key, sections, &id);

	if (r == 0)
		*ret_id = (enum config_key_id)id;
	return r;
}

/* The sections by name, the wider before those in it. */
static const struct {
	unsigned sections;
	const char *one, *many;
	enum config_key_id extent; /* its own word for how much it holds */
} owners[] = {
	{ CHANNEL_QUEUE, "a queue", "queues", CONFIG_KEY_CAPACITY },
	{ CHANNEL_SEGMENT, "a segment", "segments", CONFIG_KEY_SIZE },
	{ CHANNEL_RAW, "a raw segment", "raw segments", CONFIG_KEY_SIZE },
	{ CHANNEL_RING, "a ring", "rings", CONFIG_KEY_SIZE },
	{ CHANNEL_SEMAPHORE, "a semaphore", "semaphores", CONFIG_KEY_VALUES },
};
#define N_OWNERS (sizeof owners / sizeof owners[0])

/* "queues and rings" */
static void name_owners(unsigned sections, char *names, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < N_OWNERS; i++) {
		if (sections == 0 || (sections & owners[i].sections) != owners[i].sections)
			continue;
		n += (size_t)snprintf(names + n, size - n, "%s%s", n > 0 ? " and " : "", owners[i].many);
		sections &= ~owners[i].sections;
	}
}

/* A key of other sections: which, and what these have instead. */
static void explain_foreign(struct config_input *input, enum config_key_id id, unsigned sections)
{
	char names[64] = "", instead[64] = "remove the line";
	bool is_extent = false;

	if (config_keys[id].sections == CONFIG_DAEMON) {
		(void)config_refuse(input, "only [daemon] has this key; move the line there");
		return;
	}
	if (sections == CONFIG_DAEMON) {
		(void)config_refuse(input, "only channels have this key; move the line to a [KIND NAME]");
		return;
	}
	for (size_t i = 0; i < N_OWNERS; i++)
		is_extent |= owners[i].extent == id;
	for (size_t i = 0; is_extent && i < N_OWNERS; i++)
		if (owners[i].sections == sections)
			(void)snprintf(instead, sizeof instead, "%s has %s", owners[i].one,
				       config_keys[owners[i].extent].name);
	name_owners(config_keys[id].sections, names, sizeof names);
	(void)config_refuse(input, "only %s have this key; %s", names, instead);
}

void config_keys_explain(struct config_input *input, unsigned sections)
{
	enum config_key_id id;

	if (config_keys_find(input->key, ~0U, &id) == 0)
		explain_foreign(input, id, sections);
	else
		config_rows_explain(config_keys, CONFIG_N_KEYS, sections, input);
}

char *config_keys_value(enum config_key_id id, const void *object)
{
	const struct config_key *row = &config_keys[id];
	const struct channel_spec *spec = object;
	struct config_value value;
	char *text;

	/* A path and a number are two things, even if they make the same key today. */
	if (id == CONFIG_KEY_KEY && spec->path != NULL)
		return asprintf(&text, FTOK_PREFIX "%s:%d", spec->path, spec->project) < 0 ? NULL : text;
	return row->print != NULL && row->print(row, object, &value) ? config_value_to_string(&value) : NULL;
}
