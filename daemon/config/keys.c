/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The keys of the configuration, a row a key: to add one, add its member to the spec, its row here, and its
 * paragraph to kipcd.conf.5. A parser looks at nothing but its own value; what depends on other keys is
 * judged by config/check.c when all files are read. Called by config.c.
 */

#include "daemon/config/keys.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/ini.h"
#include "common/grammar.h"
#include "daemon/config/field.h"

/* kernel.msgmnb is an int, and without CAP_SYS_RESOURCE no queue can have more. */
#define CAPACITY_MAX ((uint64_t)INT_MAX)
/* No machine has more memory: x86-64 can address 2^46 bytes. What a machine has not, its kernel refuses. */
#define SEGMENT_MAX (UINT64_C(1) << 46)
#define SEMAPHORE_VALUE_MAX 32767 /* SEMVMX */
#define SAMPLE_INTERVAL_MIN UINT64_C(100000)
#define SAMPLE_INTERVAL_MAX UINT64_C(3600000000)
#define DESCRIPTION_MAX 1000 /* a page of the listing holds that many descriptions */
#define FTOK_PREFIX "ftok:"

void known_ids_done(struct known_ids *known)
{
	for (size_t i = 0; i < known->n_items; i++)
		free(known->items[i].name);
	free(known->items);
	*known = (struct known_ids){ 0 };
}

int key_refuse(struct key_input *input, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(input->sentence, sizeof input->sentence, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

/* Looks a name up, in what is known first. The last one asked for stands at the end and is found at once. */
static int known_id_find(struct known_ids *known, const char *name, int (*look_up)(const char *, uid_t *),
			 uid_t *ret_id)
{
	struct known_id item = { 0 }, *items;

	for (size_t i = known->n_items; i-- > 0;)
		if (strcmp(known->items[i].name, name) == 0) {
			item = known->items[i];
			known->items[i] = known->items[known->n_items - 1];
			known->items[known->n_items - 1] = item;
			goto found;
		}
	items = reallocarray(known->items, known->n_items + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	known->items = items;
	item.name = strdup(name);
	if (item.name == NULL)
		return -ENOMEM;
	item.result = look_up(name, &item.id);
	items[known->n_items++] = item;
found:
	if (item.result == 0)
		*ret_id = item.id;
	return item.result;
}

_Static_assert(sizeof(uid_t) == sizeof(gid_t), "known_ids serves users and groups alike");

/* A user or a group: a number, which need not exist, or a name, which must. */
static int parse_id(struct key_input *input, struct known_ids *known, int (*look_up)(const char *, uid_t *),
		    const char *what, uid_t *ret_id)
{
	int64_t number;
	int r = grammar_number_from_string(input->value, 0, (int64_t)UINT32_MAX - 1, &number);

	if (r == 0) {
		*ret_id = (uid_t)number;
		return 0;
	}
	if (r == -ERANGE)
		return key_refuse(input, "'%s' is no number of a %s; they go from 0 to 4294967294",
				  input->value, what);
	r = known_id_find(known, input->value, look_up, ret_id);
	if (r == -ENOENT)
		return key_refuse(input, "there is no %s '%s' on this machine; create it, or name another",
				  what, input->value);
	if (r < 0 && r != -ENOMEM)
		return key_refuse(input, "the %s '%s' cannot be looked up: %s; try again, or give its number",
				  what, input->value, strerror(-r));
	return r;
}

static int parse_owner(struct key_input *input, void *member)
{
	return parse_id(input, input->users, input->world->user, "user", member);
}

static int parse_group(struct key_input *input, void *member)
{
	return parse_id(input, input->groups, input->world->group, "group", member);
}

static int parse_admin_group(struct key_input *input, void *member)
{
	struct config *config = member;
	int r = parse_group(input, &config->admin_group);

	if (r == 0) {
		config->has_admin_group = true;
		(void)snprintf(config->admin_group_name, sizeof config->admin_group_name, "%s", input->value);
	}
	return r;
}

/* Of a file that is gone now, or cannot be looked at, the key that it had last will do: what is there has it. */
static int take_key_of_file(struct key_input *input, const struct kipc_address *address,
			    struct channel_spec *spec)
{
	int r;

	if (address->path[0] != '/')
		return key_refuse(input, "'%s' has no absolute path; write ftok:/PATH:N", input->value);
	if (address->path_length >= PATH_MAX)
		return key_refuse(input, "the path has %zu bytes; at most %d are possible",
				  address->path_length, PATH_MAX - 1);
	spec->path = strndup(address->path, address->path_length);
	if (spec->path == NULL)
		return -ENOMEM;
	spec->project = address->project;
	r = input->world->ftok(spec->path, spec->project, &spec->key);
	if (r == -ENOMEM)
		return r;
	if (spec->key == 0 && (channel_spec_file_is_gone(r) || r == -EACCES || r == -ENAMETOOLONG))
		return key_refuse(input,
				  "ftok(3) cannot look at '%s': %s; name a file that exists, or a number",
				  spec->path, strerror(-r));
	spec->key_error = r;
	return 0;
}

static int refuse_key(struct key_input *input, int error)
{
	if (strncmp(input->value, FTOK_PREFIX, strlen(FTOK_PREFIX)) == 0)
		return key_refuse(input,
				  "'%s' does not end in ':' and a project; write ftok:PATH:N, N from 1 to "
				  "255 or a character like 'A'",
				  input->value);
	if (error == -ERANGE && strspn(input->value, "0xX") == strlen(input->value))
		return key_refuse(
			input,
			"0 is IPC_PRIVATE and names nothing; choose 1 to 0xffffffff, or leave key out");
	if (error == -ERANGE && strspn(input->value, "0123456789abcdefABCDEFxX") == strlen(input->value))
		return key_refuse(input, "'%s' is no key of 32 bits; keys go from 1 to 0xffffffff",
				  input->value);
	return key_refuse(input, "'%s' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'", input->value);
}

/* The whole of it, since a later file may give a number in place of a path. */
static int parse_key(struct key_input *input, void *member)
{
	struct channel_spec *spec = member;
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

static int parse_mode(struct key_input *input, void *member)
{
	if (grammar_mode_from_string(input->value, member) < 0)
		return key_refuse(input, "'%s' is not an octal mode like 0660", input->value);
	return 0;
}

static int parse_word(struct key_input *input, const char *const *words, unsigned *ret_index)
{
	char list[128] = "";
	const char *near;
	size_t n = 0;

	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], input->value) == 0) {
			*ret_index = i;
			return 0;
		}
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i == 0 ? "" : ", ", words[i]);
	}
	near = grammar_nearest(input->value, words);
	if (near == NULL)
		return key_refuse(input, "'%s' is not one of %s", input->value, list);
	return key_refuse(input, "'%s' is not one of %s; did you mean '%s'?", input->value, list, near);
}

static int parse_manage(struct key_input *input, void *member)
{
	unsigned index;
	int r = parse_word(input, manage_words, &index);

	if (r == 0)
		*(enum manage *)member = (enum manage)index;
	return r;
}

static int parse_lifetime(struct key_input *input, void *member)
{
	unsigned index;
	int r = parse_word(input, lifetime_words, &index);

	if (r == 0)
		*(enum lifetime *)member = (enum lifetime)index;
	return r;
}

static int parse_layout(struct key_input *input, void *member)
{
	unsigned index;
	int r = parse_word(input, layout_words, &index);

	if (r == 0)
		*(enum layout *)member = (enum layout)index;
	return r;
}

static int parse_warn_at(struct key_input *input, void *member)
{
	if (grammar_percent_from_string(input->value, member) < 0)
		return key_refuse(input, "'%s' is not a percentage from 1 to 100, like 80", input->value);
	return 0;
}

static int parse_activate(struct key_input *input, void *member)
{
	if (grammar_bool_from_string(input->value, member) < 0)
		return key_refuse(input, "'%s' is neither yes nor no", input->value);
	return 0;
}

static int parse_description(struct key_input *input, void *member)
{
	char **description = member;
	char *text = NULL;

	if (strlen(input->value) > DESCRIPTION_MAX)
		return key_refuse(input, "it has %zu bytes; shorten it to %d", strlen(input->value),
				  DESCRIPTION_MAX);
	if (input->value[0] != '\0') {
		text = strdup(input->value);
		if (text == NULL)
			return -ENOMEM;
	}
	free(*description);
	*description = text;
	return 0;
}

/* A size from 1 to max. `limit` says what max is. */
static int parse_size_up_to(struct key_input *input, uint64_t max, const char *limit, uint64_t *ret_bytes)
{
	uint64_t bytes;
	int r = grammar_size_from_string(input->value, &bytes);

	if (r == -EINVAL)
		return key_refuse(input, "'%s' is not a size like 65536, 64K or 16M", input->value);
	if (r == 0 && bytes == 0)
		return key_refuse(input, "'%s' would hold nothing; give a size like 64K", input->value);
	if (r < 0 || bytes > max)
		return key_refuse(input, "'%s' is too large: %s", input->value, limit);
	*ret_bytes = bytes;
	return 0;
}

static int parse_capacity(struct key_input *input, void *member)
{
	return parse_size_up_to(input, CAPACITY_MAX,
				"a queue has at most 2147483647 bytes, where kernel.msgmnb ends; 2047M fits",
				member);
}

static int parse_size(struct key_input *input, void *member)
{
	return parse_size_up_to(input, SEGMENT_MAX, "a segment has at most 64T", member);
}

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'); n--)
		text[n - 1] = '\0';
	return text;
}

/* Their number is bounded by the length of the value; the kernel's (SEMMSL) bounds it once more. */
static int split_values(struct key_input *input, char *text, unsigned short *values, size_t *ret_n)
{
	char *one;
	size_t n = 0;

	while ((one = strsep(&text, ",")) != NULL) {
		int64_t number;

		one = trim(one);
		if (grammar_number_from_string(one, 0, SEMAPHORE_VALUE_MAX, &number) < 0)
			return key_refuse(
				input,
				"'%s' is not a number from 0 to 32767; write one for each semaphore, like "
				"1 or 1,0,5",
				one);
		values[n++] = (unsigned short)number;
	}
	*ret_n = n;
	return 0;
}

static int parse_values(struct key_input *input, void *member)
{
	struct channel_spec *spec = member;
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

static int parse_sample_interval(struct key_input *input, void *member)
{
	uint64_t usec;
	int r = grammar_span_from_string(input->value, &usec);

	if (r == -EINVAL)
		return key_refuse(input, "'%s' is not a time span like 1s, 500ms or 1min 30s", input->value);
	if (r < 0 || usec < SAMPLE_INTERVAL_MIN || usec > SAMPLE_INTERVAL_MAX)
		return key_refuse(input, "'%s' is out of range; choose 100ms to 1h", input->value);
	*(uint64_t *)member = usec;
	return 0;
}

#define ALL_KINDS KIPC_ANY_KIND
#define SPEC(member) offsetof(struct channel_spec, member)

const struct config_key config_keys[CONFIG_N_KEYS] = {
	/* clang-format off */
	[CONFIG_KEY_KEY] = { "key", parse_key, 0, ALL_KINDS },
	[CONFIG_KEY_OWNER] = { "owner", parse_owner, SPEC(owner), ALL_KINDS, .flags = KEY_OF_MAKING },
	[CONFIG_KEY_GROUP] = { "group", parse_group, SPEC(group), ALL_KINDS, .flags = KEY_OF_MAKING },
	[CONFIG_KEY_MODE] = { "mode", parse_mode, SPEC(mode), ALL_KINDS, .flags = KEY_OF_MAKING },
	[CONFIG_KEY_MANAGE] = { "manage", parse_manage, SPEC(manage), ALL_KINDS },
	[CONFIG_KEY_LIFETIME] = { "lifetime", parse_lifetime, SPEC(lifetime), ALL_KINDS,
				  .flags = KEY_OF_MAKING },
	[CONFIG_KEY_WARN_AT] = { "warn_at", parse_warn_at, SPEC(warn_at), KIPC_QUEUE | KIPC_SEGMENT,
				 .flags = KEY_NOT_FOR_RAW },
	[CONFIG_KEY_ACTIVATE] = { "activate", parse_activate, SPEC(activate), KIPC_QUEUE | KIPC_SEGMENT,
				  .flags = KEY_NOT_FOR_RAW },
	[CONFIG_KEY_DESCRIPTION] = { "description", parse_description, SPEC(description), ALL_KINDS },
	[CONFIG_KEY_CAPACITY] = { "capacity", parse_capacity, SPEC(capacity), KIPC_QUEUE,
				  .flags = KEY_OF_MAKING },
	[CONFIG_KEY_SIZE] = { "size", parse_size, SPEC(size), KIPC_SEGMENT, KIPC_SEGMENT, "64K" },
	[CONFIG_KEY_LAYOUT] = { "layout", parse_layout, SPEC(layout), KIPC_SEGMENT },
	[CONFIG_KEY_MAX_MESSAGE] = { "max_message", parse_size, SPEC(max_message), KIPC_SEGMENT,
				     .flags = KEY_OF_MAKING | KEY_NOT_FOR_RAW },
	[CONFIG_KEY_FIELD] = { "field.NAME", field_parse, 0, KIPC_SEGMENT },
	[CONFIG_KEY_VALUES] = { "values", parse_values, 0, KIPC_SEMAPHORE, KIPC_SEMAPHORE, "1",
				.flags = KEY_OF_MAKING },
	[CONFIG_KEY_DAEMON_GROUP] = { "group", parse_admin_group, 0, CONFIG_DAEMON },
	[CONFIG_KEY_SAMPLE_INTERVAL] = { "sample_interval", parse_sample_interval,
					 offsetof(struct config, sample_interval), CONFIG_DAEMON },
	/* clang-format on */
};

/* Whether a key as written is this row's; a row's ".NAME" stands for any name. */
static bool key_is(const struct config_key *row, const char *key)
{
	const char *dot;

	if (row->name[0] != key[0])
		return false;
	if (strcmp(row->name, key) == 0)
		return true;
	dot = strchr(row->name, '.');
	return dot != NULL && strncmp(row->name, key, (size_t)(dot + 1 - row->name)) == 0;
}

int config_key_find(const char *key, unsigned section, enum config_key_id *ret_id)
{
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++)
		if ((config_keys[i].sections & section) != 0 && key_is(&config_keys[i], key)) {
			*ret_id = (enum config_key_id)i;
			return 0;
		}
	return -ENOENT;
}

static const struct {
	unsigned section;
	const char *one, *many;
	enum config_key_id extent; /* its own word for how much it holds */
} sections[] = {
	{ KIPC_QUEUE, "a queue", "queues", CONFIG_KEY_CAPACITY },
	{ KIPC_SEGMENT, "a segment", "segments", CONFIG_KEY_SIZE },
	{ KIPC_SEMAPHORE, "a semaphore", "semaphores", CONFIG_KEY_VALUES },
};
#define N_SECTIONS (sizeof sections / sizeof sections[0])

/* A key of other sections: whose it is, and what this section has instead. */
static void explain_stranger(struct key_input *input, enum config_key_id id, unsigned section)
{
	const struct config_key *key = &config_keys[id];
	char owners[64] = "", instead[64] = "";
	bool is_extent = false;

	if (key->sections == CONFIG_DAEMON) {
		(void)key_refuse(input, "belongs to [daemon]; move the line there");
		return;
	}
	if (section == CONFIG_DAEMON) {
		(void)key_refuse(input, "belongs to channels; move the line to a [KIND NAME]");
		return;
	}
	for (size_t i = 0; i < N_SECTIONS; i++) {
		size_t n = strlen(owners);

		if ((key->sections & sections[i].section) != 0)
			(void)snprintf(owners + n, sizeof owners - n, "%s%s", n > 0 ? " and " : "",
				       sections[i].section == KIPC_SEGMENT && key->flags & KEY_NOT_FOR_RAW
					       ? "rings"
					       : sections[i].many);
		is_extent |= sections[i].extent == id;
		if (sections[i].section == section)
			(void)snprintf(instead, sizeof instead, "%s has %s", sections[i].one,
				       config_keys[sections[i].extent].name);
	}
	(void)key_refuse(input, "belongs to %s; %s", owners, is_extent ? instead : "remove the line");
}

void config_key_explain(struct key_input *input, unsigned section)
{
	const char *words[CONFIG_N_KEYS + 1], *near, *dot = strchr(input->key, '.');
	char list[256] = "", head[INI_KEY_MAX + 1];
	enum config_key_id id;
	size_t n_words = 0, n = 0;

	if (config_key_find(input->key, ~0U, &id) == 0) {
		explain_stranger(input, id, section);
		return;
	}
	for (size_t i = 0; i < CONFIG_N_KEYS; i++)
		if ((config_keys[i].sections & section) != 0) {
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n_words == 0 ? "" : ", ",
					      config_keys[i].name);
			words[n_words++] = config_keys[i].name;
		}
	words[n_words] = NULL;

	near = grammar_nearest(input->key, words);
	if (near == NULL && dot != NULL && (section & KIPC_SEGMENT) != 0) {
		/* "feild.price" */
		memcpy(head, input->key, (size_t)(dot - input->key));
		head[dot - input->key] = '\0';
		if (grammar_nearest(head, (const char *const[]){ "field", NULL }) != NULL) {
			(void)key_refuse(input, "unknown key; did you mean 'field%s'?", dot);
			return;
		}
	}
	if (near != NULL)
		(void)key_refuse(input, "unknown key; did you mean '%s'?", near);
	else
		(void)key_refuse(input, "unknown key; the keys here are %s", list);
}
