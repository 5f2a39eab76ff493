/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The table of keys, and what is written about it: limits and defaults are enforced as the rows say, conf/kipcd.conf shows these
 * defaults, and kipcd.conf(5) has each key with its kinds, its default and its limits, and no other key.
 */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/grammar.h"
#include "daemon/config/config.h"
#include "daemon/config/keys.h"
#include "daemon/config/parse.h"

#define TEXT_MAX (64 * 1024)
#define KERNEL_CAPACITY 16384 /* MSGMNB of <linux/msg.h>, with which kernel.msgmnb begins */

/* -- the machine: nobody and nothing but the numbers ----------------------------------------------------------- */

static uid_t world_uid(void)
{
	return 995;
}

static gid_t world_gid(void)
{
	return 994;
}

static int world_account(const char *name, uid_t *ret_id)
{
	(void)name;
	*ret_id = 50;
	return 0;
}

static int world_ftok(const char *path, int project, key_t *ret_key)
{
	(void)path;
	(void)project;
	(void)ret_key;
	return -ENOENT;
}

static bool world_user_is_system(uid_t uid)
{
	(void)uid;
	return true;
}

static const struct config_world world = {
	world_uid, world_gid, world_account, world_account, world_ftok, world_user_is_system,
};

/* -- the rows -------------------------------------------------------------------------------------------------- */

static const struct config_context context = { .world = &world };

/* Reads a value with its row. What is allocated is freed. */
static int parse_value(const struct config_key *row, const char *value)
{
	union {
		struct channel_spec spec;
		struct config config;
		struct field_spec field;
	} object;
	struct config_input input = { .row = row, .key = "field.x", .value = value, .context = &context };
	int r;

	memset(&object, 0, sizeof object);
	r = row->parse(&input, &object);
	if (row == &config_keys[CONFIG_KEY_FIELD])
		field_spec_done(&object.field);
	else if (row->sections != CONFIG_DAEMON)
		channel_spec_done(&object.spec);
	return r;
}

static void each_row_is_complete(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++) {
		const struct config_key *row = &config_keys[i];
		enum config_key_id id;

		assert_non_null(row->name);
		assert_non_null(row->parse);
		assert_int_equal(config_keys_find(row->name, row->sections, &id), 0);
		assert_int_equal(id, i);
		if (row->sections == CONFIG_DAEMON)
			continue;
		assert_non_null(row->print);
		assert_non_null(row->help);
	}
}

static void defaults_examples_and_words_are_values(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++) {
		const struct config_key *row = &config_keys[i];

		if (row->preset != NULL)
			assert_int_equal(parse_value(row, row->preset), 0);
		if (row->example != NULL)
			assert_int_equal(parse_value(row, row->example), 0);
		for (const char *const *word = row->words; word != NULL && *word != NULL; word++)
			assert_int_equal(parse_value(row, *word), 0);
	}
}

/* Whether the limit is of that form; *ret_beyond is the next value, as a number. */
static bool next_value(const struct config_key *row, char *beyond, size_t size)
{
	uint64_t number;

	if (strcmp(row->name, "sample_interval") == 0)
		return snprintf(beyond, size, "%ss", "3601") > 0;
	if (strncmp(row->most, "0x", 2) == 0)
		return snprintf(beyond, size, "%llu", strtoull(row->most, NULL, 16) + 1) > 0;
	return grammar_size_from_string(row->most, &number) == 0 &&
	       snprintf(beyond, size, "%llu", (unsigned long long)number + 1) > 0;
}

static void limits_are_enforced(void **state)
{
	char beyond[64], text[2048];

	(void)state;
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++) {
		const struct config_key *row = &config_keys[i];

		if (row->least == NULL)
			continue;
		assert_int_equal(parse_value(row, row->least), 0);
		assert_int_equal(parse_value(row, row->most), 0);
		assert_true(next_value(row, beyond, sizeof beyond));
		if (parse_value(row, beyond) != -EINVAL)
			fail_msg("%s = %s is allowed", row->name, beyond);
		if (strcmp(row->least, "1") == 0 && parse_value(row, "0") != -EINVAL)
			fail_msg("%s = 0 is allowed", row->name);
	}
	memset(text, 'x', sizeof text);
	text[atoi(config_keys[CONFIG_KEY_DESCRIPTION].most)] = '\0';
	assert_int_equal(parse_value(&config_keys[CONFIG_KEY_DESCRIPTION], text), 0);
	text[strlen(text)] = 'x';
	text[atoi(config_keys[CONFIG_KEY_DESCRIPTION].most) + 1] = '\0';
	assert_int_equal(parse_value(&config_keys[CONFIG_KEY_DESCRIPTION], text), -EINVAL);
}

/* -- conf/kipcd.conf ------------------------------------------------------------------------------------------- */

static void read_source_file(const char *name, char text[static TEXT_MAX])
{
	const char *folder = getenv("srcdir");
	char path[PATH_MAX];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ".", name);
	file = fopen(path, "re");
	assert_non_null(file);
	n = fread(text, 1, TEXT_MAX - 1, file);
	(void)fclose(file);
	assert_in_range(n, 1, TEXT_MAX - 2);
	text[n] = '\0';
}

static struct config *parse_text(const char *text)
{
	struct config_source source = { .name = (char *)"sample",
					.text = (char *)text,
					.size = strlen(text) };
	struct problems problems = PROBLEMS_INIT;
	struct config *config = NULL;
	char *said;

	if (config_parse(&source, 1, &world, &problems, &config) < 0) {
		said = problems_to_string(&problems, true);
		fail_msg("%s", said);
	}
	problems_done(&problems);
	return config;
}

static char *value_in(const struct config *config, enum config_key_id id, const char *channel)
{
	return config_keys_value(id, config_find(config, channel));
}

/* "key = value" in the section of `channel` must be what the key is without this line. */
static void check_sample_line(const char *all, const char *line, size_t n_line, const char *channel)
{
	char without[TEXT_MAX], key[64], *shown, *preset;
	struct config *with_line, *without_line;
	enum config_key_id id;

	snprintf(key, sizeof key, "%.*s", (int)strcspn(line, " "), line);
	if (config_keys_find(key, channel == NULL ? CONFIG_DAEMON : CHANNEL_ANY, &id) < 0)
		fail_msg("%s in %s", key, channel);
	if (config_keys[id].example != NULL) /* required: there is no default */
		return;
	if (id == CONFIG_KEY_LAYOUT && strncmp(line + strlen("layout = "), "ring", 4) == 0)
		return; /* what the section is about */
	snprintf(without, sizeof without, "%.*s%s", (int)(line - all), all, line + n_line);
	with_line = parse_text(all);
	without_line = parse_text(without);
	if (channel == NULL) {
		assert_int_equal(with_line->sample_interval, without_line->sample_interval);
	} else {
		shown = value_in(with_line, id, channel);
		preset = value_in(without_line, id, channel);
		if (id == CONFIG_KEY_CAPACITY)
			assert_int_equal(atoi(shown), KERNEL_CAPACITY);
		else if ((shown == NULL) != (preset == NULL) || (shown != NULL && strcmp(shown, preset) != 0))
			fail_msg("conf/kipcd.conf: %.*s, but the default is %s", (int)n_line - 1, line,
				 preset);
		free(shown);
		free(preset);
	}
	config_free(with_line);
	config_free(without_line);
}

/* "#key = value" shows a default, "# Words" is a comment. */
static void the_sample_shows_the_defaults(void **state)
{
	char text[TEXT_MAX], all[TEXT_MAX], name[KIPC_NAME_MAX + 1] = "";
	size_t n = 0, n_lines = 0;

	(void)state;
	read_source_file("conf/kipcd.conf", text);
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		if (line[0] == '#' && line[1] != ' ')
			n += (size_t)snprintf(all + n, sizeof all - n, "%.*s\n", (int)strcspn(line + 1, "\n"),
					      line + 1);
	for (const char *line = all; *line != '\0'; line += strcspn(line, "\n") + 1) {
		size_t n_line = strcspn(line, "\n") + 1;

		if (line[0] == '[') {
			const char *space = memchr(line, ' ', n_line);

			snprintf(name, sizeof name, "%.*s", space != NULL ? (int)strcspn(space + 1, "]") : 0,
				 space != NULL ? space + 1 : "");
		} else if (n_line > 1) {
			check_sample_line(all, line, n_line, name[0] == '\0' ? NULL : name);
			n_lines++;
		}
	}
	assert_in_range(n_lines, 10, 100);
}

/* "#key = value", or "# key = value" where that is no default. */
static void the_sample_has_every_key(void **state)
{
	char text[TEXT_MAX], line[2][64];

	(void)state;
	read_source_file("conf/kipcd.conf", text);
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++) {
		bool is_field = i == CONFIG_KEY_FIELD;
		const char *name = is_field ? "field." : config_keys[i].name, *end = is_field ? "" : " =";

		snprintf(line[0], sizeof line[0], "\n#%s%s", name, end);
		snprintf(line[1], sizeof line[1], "\n# %s%s", name, end);
		if (strstr(text, line[0]) == NULL && strstr(text, line[1]) == NULL)
			fail_msg("conf/kipcd.conf: %s is missing", config_keys[i].name);
	}
}

/* -- kipcd.conf(5) --------------------------------------------------------------------------------------------- */

/* Takes the fonts out of a line of the page: ".BR a , b" is "a,b", ".B a b" is "a b". */
static void add_line(const char *line, size_t n, char *out)
{
	bool is_joined = false;

	out += strlen(out);
	if (n > 0 && line[0] == '.') {
		size_t n_macro = strcspn(line, " \n");

		if (n_macro > n)
			n_macro = n;
		is_joined = n_macro == 3 && line[1] != 'S' && line[1] != 'T';
		line += n_macro;
		n -= n_macro;
		while (n > 0 && *line == ' ') {
			line++;
			n--;
		}
	}
	for (bool is_quoted = false; n > 0; line++, n--) {
		if (*line == '"')
			is_quoted = !is_quoted;
		else if (line[0] == '\\' && n > 2 && line[1] == 'f')
			line += 2, n -= 2;
		else if (line[0] == '\\' && n > 1 && line[1] == '-')
			*out++ = '-', line++, n--;
		else if (*line != ' ' || !is_joined || is_quoted)
			*out++ = *line;
	}
	*out++ = ' ';
	*out = '\0';
}

static const struct {
	const char *heading;
	unsigned sections;
} headings[] = {
	{ ".SH KEYS OF [DAEMON]", CONFIG_DAEMON },	 { ".SH KEYS OF EVERY CHANNEL", CHANNEL_ANY },
	{ ".SH KEYS OF QUEUES", CHANNEL_QUEUE },	 { ".SH KEYS OF SEGMENTS", CHANNEL_SEGMENT },
	{ ".SH KEYS OF SEMAPHORES", CHANNEL_SEMAPHORE },
};
#define N_HEADINGS (sizeof headings / sizeof headings[0])

struct entry {
	unsigned sections;
	char tag[64];	 /* "owner, group" */
	char text[8192]; /* what is said about it, without fonts */
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What an entry in a part of the page is for. */
static unsigned sections_of_entry(unsigned part, const char *text)
{
	if (part == CHANNEL_SEGMENT && begins(text, "For rings:"))
		return CHANNEL_RING;
	if (part == CHANNEL_SEGMENT && begins(text, "For raw segments:"))
		return CHANNEL_RAW;
	return part;
}

/* All entries of the page about keys. */
static size_t read_entries(struct entry *entries, size_t n_max)
{
	static char page[TEXT_MAX];
	unsigned part = 0;
	bool is_tag = false;
	size_t n = 0;

	read_source_file("daemon/kipcd.conf.5", page);
	for (const char *line = page; *line != '\0'; line += strcspn(line, "\n") + 1) {
		size_t n_line = strcspn(line, "\n");

		if (begins(line, ".SH")) {
			part = 0;
			for (size_t i = 0; i < N_HEADINGS; i++)
				if (begins(line, headings[i].heading))
					part = headings[i].sections;
		} else if (part != 0 && begins(line, ".TP")) {
			assert_in_range(n, 0, n_max - 1);
			entries[n++] = (struct entry){ .sections = part };
			is_tag = true;
		} else if (part != 0 && is_tag) {
			char tag[256] = "";

			add_line(line, n_line, tag);
			snprintf(entries[n - 1].tag, sizeof entries[n - 1].tag, "%.*s", (int)strlen(tag) - 1,
				 tag);
			is_tag = false;
		} else if (part != 0 && n > 0) {
			assert_in_range(strlen(entries[n - 1].text) + n_line, 0, sizeof entries[0].text - 3);
			add_line(line, n_line, entries[n - 1].text);
		}
	}
	for (size_t i = 0; i < n; i++)
		entries[i].sections = sections_of_entry(entries[i].sections, entries[i].text);
	return n;
}

/* Whether "a, b" has the word. */
static bool has_word(const char *tag, const char *word)
{
	for (size_t n; *tag != '\0'; tag += n) {
		n = strcspn(tag, ", ");
		if (n == strlen(word) && memcmp(tag, word, n) == 0)
			return true;
		n += strspn(tag + n, ", ");
	}
	return false;
}

/* "0660 by default", "own (the default)" */
static bool states_default(const char *text, const char *preset)
{
	char by[128], the[128];

	snprintf(by, sizeof by, " %s by default", preset);
	snprintf(the, sizeof the, "%s (the default)", preset);
	return strstr(text, by) != NULL || strstr(text, the) != NULL;
}

static void check_entry(const struct entry *entry, const struct config_key *row)
{
	char from[64], at_most[64];

	snprintf(from, sizeof from, "from %s to %s", row->least, row->most);
	snprintf(at_most, sizeof at_most, "at most %s", row->most);
	if (row->preset != NULL ? !states_default(entry->text, row->preset)
				: strstr(entry->text, "(the default)") != NULL)
		fail_msg("%s: the default is %s: %s", row->name, row->preset, entry->text);
	if (row->most != NULL && row != &config_keys[CONFIG_KEY_MAX_MESSAGE] &&
	    strstr(entry->text, from) == NULL &&
	    (strstr(entry->text, at_most) == NULL ||
	     isdigit((unsigned char)strstr(entry->text, at_most)[strlen(at_most)])))
		fail_msg("%s: the limits are %s to %s: %s", row->name, row->least, row->most, entry->text);
	if ((row->example != NULL) != (strstr(entry->text, "Required.") != NULL))
		fail_msg("%s: whether it is required", row->name);
	if (((row->flags & KEY_IN_FILES_ONLY) != 0) != (strstr(entry->text, "Allowed in files only") != NULL))
		fail_msg("%s: whether it is for files only", row->name);
	for (const char *const *word = row->words; word != NULL && *word != NULL; word++)
		if (strstr(entry->text, *word) == NULL)
			fail_msg("%s: %s is missing", row->name, *word);
}

/* A second entry ("For rings: as for queues …") repeats nothing. */
static void the_page_says_what_the_rows_say(void **state)
{
	static struct entry entries[64];
	size_t n = read_entries(entries, sizeof entries / sizeof entries[0]), n_used = 0;

	(void)state;
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++) {
		const struct config_key *row = &config_keys[i];
		const struct entry *first = NULL;
		unsigned sections = 0;

		for (size_t e = 0; e < n; e++) {
			bool is_daemons = entries[e].sections == CONFIG_DAEMON;

			if (!has_word(entries[e].tag, row->name) ||
			    is_daemons != (row->sections == CONFIG_DAEMON))
				continue;
			first = first != NULL ? first : &entries[e];
			sections |= entries[e].sections;
			n_used += row != &config_keys[CONFIG_KEY_GROUP];
		}
		if (sections != row->sections)
			fail_msg("kipcd.conf(5): %s: has entries for the sections %#x, not %#x", row->name,
				 sections, row->sections);
		check_entry(first, row);
	}
	assert_int_equal(n_used, n); /* the page has no other key; owner and group share one */
}

/* "An observed channel has no owner, group, … or values, and needs no size." */
static void the_page_says_what_observed_channels_lack(void **state)
{
	static struct entry entries[64];
	size_t n = read_entries(entries, sizeof entries / sizeof entries[0]);
	const char *list = NULL;
	char keys[256];

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (has_word(entries[i].tag, "manage"))
			list = strstr(entries[i].text, "An observed channel has no");
	assert_non_null(list);
	snprintf(keys, sizeof keys, "%.*s", (int)(strstr(list, "needs no") - list), list);
	for (unsigned i = 0; i < CONFIG_N_KEYS; i++)
		if (config_keys[i].sections != CONFIG_DAEMON &&
		    has_word(keys, config_keys[i].name) != ((config_keys[i].flags & KEY_OF_CREATION) != 0))
			fail_msg("%s: %s", config_keys[i].name, keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(defaults_examples_and_words_are_values),
		cmocka_unit_test(limits_are_enforced),
		cmocka_unit_test(the_sample_shows_the_defaults),
		cmocka_unit_test(the_sample_has_every_key),
		cmocka_unit_test(the_page_says_what_the_rows_say),
		cmocka_unit_test(the_page_says_what_observed_channels_lack),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
