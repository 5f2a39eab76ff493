/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The runtime layer as text and values: values from a command line are kept unchanged, sections without a declaration are set
 * aside and prevent no start, and overridden values are named.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/config/load.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* -- the machine: no users and files, only numbers ----------------------------------------------------------- */

static uid_t world_uid(void)
{
	return 995;
}

static gid_t world_gid(void)
{
	return 994;
}

static int world_user(const char *name, uid_t *ret_uid)
{
	return -ENOENT;
}

static int world_group(const char *name, gid_t *ret_gid)
{
	return -ENOENT;
}

static int world_ftok(const char *path, int project, key_t *ret_key)
{
	return -ENOENT;
}

static bool world_user_is_system(uid_t uid)
{
	return true;
}

static const struct config_world world = {
	world_uid, world_gid, world_user, world_group, world_ftok, world_user_is_system,
};

/* -- text and values ------------------------------------------------------------------------------------------- */

static void layer_of(char **assignments, struct layer *layer)
{
	char *text = NULL;

	*layer = (struct layer){ .kind = KIPC_QUEUE, .name = "it", .declares = true };
	assert_int_equal(layer_assign(layer, LAYER_SET, assignments, &text), 0);
	assert_null(text);
}

/* Values that are assigned, written, and read again. */
static void check_value(const char *assignment, const char *key, const char *expected)
{
	char *assignments[] = { (char *)assignment, NULL }, *text;
	struct layer layer, again;

	layer_of(assignments, &layer);
	text = layer_to_text(&layer);
	assert_non_null(text);
	assert_int_equal(layer_from_text(text, strlen(text), LAYER_CREATE, &again), 0);
	assert_true(again.declares);
	assert_int_equal(again.n_values, 1);
	assert_int_equal(again.values[0].verb, LAYER_SET);
	assert_string_equal(again.values[0].key, key);
	assert_string_equal(again.values[0].value, expected);
	free(text);
	layer_done(&again);
	layer_done(&layer);
}

static void a_value_is_data(void **state)
{
	static const struct {
		const char *assignment, *key, *value;
	} rows[] = {
		{ "mode=0660", "mode", "0660" },
		{ "mode = 0660 ", "mode", "0660" },
		{ "mode= 0660", "mode", "0660" },
		{ "description=two  ; blanks", "description", "two  ; blanks" },
		{ "description=a ; b", "description", "a ; b" },
		{ "description=;", "description", ";" },
		{ "description=#1", "description", "#1" },
		{ "description=batch #1", "description", "batch #1" },
		{ "description=  both ends  ", "description", "  both ends  " },
		{ "description = the way of files", "description", "the way of files" },
		{ "description=", "description", "" },
		{ "description=\"", "description", "\"" },
		{ "description=\"quoted\"", "description", "\"quoted\"" },
		{ "description=back\\slash\\", "description", "back\\slash\\" },
		{ "description=\\\"", "description", "\\\"" },
		{ "description=a=b", "description", "a=b" },
		{ "description=[queue b]", "description", "[queue b]" },
		{ "description=\tx", "description", "\tx" },
		{ "description=\xc3\xa4\xe2\x82\xac", "description", "\xc3\xa4\xe2\x82\xac" },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_value(rows[i].assignment, rows[i].key, rows[i].value);
}

static void a_long_value_is_whole(void **state)
{
	char assignment[4096] = "description=";

	memset(assignment + strlen("description="), 'x', 3000);
	check_value(assignment, "description", assignment + strlen("description="));
}

static void what_is_no_value(void **state)
{
	static const struct {
		const char *assignment, *said;
	} rows[] = {
		{ "mode", "'mode' does not have the form key=value" },
		{ "=x", "'=x' does not have the form key=value" },
		{ "a]\n[b=c", "'a]\n[b=c' does not have the form key=value" },
		{ "description=a\nb", "description: byte 2 of the value is a newline; remove it" },
		{ "description=\033[2J",
		  "description: byte 1 of the value is a control character; remove it" },
		{ "description=\xc2\x9b",
		  "description: byte 1 of the value is a control character; remove it" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char *assignments[] = { (char *)rows[i].assignment, NULL }, *text = NULL;
		struct layer layer = { .kind = KIPC_QUEUE, .name = "it" };

		assert_int_equal(layer_assign(&layer, LAYER_SET, assignments, &text), -EINVAL);
		assert_string_equal(text, rows[i].said);
		free(text);
		layer_done(&layer);
	}
}

static void parts_are_taken_out(void **state)
{
	static const char text[] = "[create queue it]\nkey = 1\nmode = 0600\n[adopt queue it]\nmode = 0620\n"
				   "[set queue it]\nmode = 0640\ncapacity = 4K\n";
	struct layer layer;
	char *written;

	assert_int_equal(layer_from_text(text, strlen(text), LAYER_CREATE, &layer), 0);
	written = layer_to_text(&layer);
	assert_string_equal(written, text);
	free(written);
	assert_true(layer_has(&layer, LAYER_SET, "capacity"));
	assert_int_equal(layer_unset(&layer, "capacity"), 1);
	assert_int_equal(layer_unset(&layer, "capacity"), 0);
	assert_int_equal(layer_unset(&layer, NULL), 2);
	layer_drop(&layer, LAYER_CREATE);
	written = layer_to_text(&layer);
	assert_string_equal(written, "");
	free(written);
	layer_done(&layer);
}

/* -- over a configuration ---------------------------------------------------------------------------------------- */

#define FILE_IS(string)                                                                                      \
	{                                                                                                    \
		.name = (char *)"conf", .text = (char *)(string), .size = sizeof(string) - 1                 \
	}
#define LAYER_IS(the_name, string)                                                                           \
	{                                                                                                    \
		.name = (char *)(the_name), .text = (char *)(string), .size = sizeof(string) - 1,            \
		.runtime_layer = true                                                                        \
	}
#define SOURCES_MAX 4

struct row {
	const char *what;
	struct config_source sources[SOURCES_MAX];
	const char *said;	/* with warnings */
	int result;		/* of config_load() */
	const char *name;	/* a channel, and … */
	mode_t mode;		/* … the mode that it gets; 0: it is not declared */
	const char *overridden; /* its note; NULL: nothing is overridden */
};

static void check_row(const struct row *row)
{
	struct problems problems = PROBLEMS_INIT;
	struct config_source sources[SOURCES_MAX];
	const struct channel_spec *spec;
	struct config *config = NULL;
	char *said, *overridden;
	size_t n = 0;
	int r;

	while (n < SOURCES_MAX && row->sources[n].name != NULL)
		n++;
	memcpy(sources, row->sources, sizeof sources);
	r = config_load(sources, n, &world, &problems, &config);
	said = problems_to_string(&problems, true);
	if (strcmp(said, row->said) != 0 || r != row->result)
		fail_msg("%s: %d: %s", row->what, r, said);
	free(said);
	problems_done(&problems);
	for (size_t i = 0; i < n; i++)
		free(sources[i].aside);
	if (r < 0)
		return;
	spec = config_find(config, row->name);
	if ((spec != NULL ? spec->mode : 0) != row->mode)
		fail_msg("%s: mode %o", row->what, spec != NULL ? spec->mode : 0);
	overridden = config_overrides_to_string(config, row->name);
	if ((overridden == NULL) != (row->overridden == NULL) ||
	    (overridden != NULL && strcmp(overridden, row->overridden) != 0))
		fail_msg("%s: %s", row->what, overridden);
	free(overridden);
	config_free(config);
}

#define GONE "no section declares it any more; declare it again, or forget this with 'kipcctl unset'"

static void what_goes_with_a_configuration(void **state)
{
	static const struct row rows[] = {
		{ "a value that the file has too",
		  { FILE_IS("[queue a]\nkey = 1\nmode = 0600\n"),
		    LAYER_IS("a", "[set queue a]\nmode = 0640\n") },
		  "conf:3: warning: [queue a] mode: 0600 is overridden by 'kipcctl set' (0640); 'kipcctl "
		  "unset a mode' removes the override\n",
		  0,
		  "a",
		  0640,
		  "mode = 0600 in conf:3 is overridden by 'kipcctl set' (0640)" },
		{ "the same value",
		  { FILE_IS("[queue a]\nkey = 1\nmode = 0600\n"),
		    LAYER_IS("a", "[set queue a]\nmode = 0600\n") },
		  "",
		  0,
		  "a",
		  0600,
		  NULL },
		{ "the same values, written differently",
		  { FILE_IS("[queue a]\nkey = 0x10\nmode = 0600\ncapacity = 16K\n[semaphore s]\nvalues = "
			    "1,0\n"
			    "[segment p]\nsize = 1M\nfield.x = u32@16\n"),
		    LAYER_IS("a", "[set queue a]\nkey = 16\nmode = 600\ncapacity = 16384\n"),
		    LAYER_IS("p", "[set segment p]\nsize = 1024K\nfield.x = u32@0x10\n"),
		    LAYER_IS("s", "[set semaphore s]\nvalues = \"1, 0\"\n") },
		  "",
		  0,
		  "a",
		  0600,
		  NULL },
		{ "what adopt changed and set changed back",
		  { FILE_IS("[queue a]\nkey = 1\ncapacity = 8K\n"),
		    LAYER_IS("a", "[adopt queue a]\ncapacity = 4K\n[set queue a]\ncapacity = 8192\n") },
		  "",
		  0,
		  "a",
		  0660,
		  NULL },
		{ "a value that no file has",
		  { FILE_IS("[queue a]\nkey = 1\n"), LAYER_IS("a", "[set queue a]\nmode = 0640\n") },
		  "",
		  0,
		  "a",
		  0640,
		  NULL },
		{ "two values",
		  { FILE_IS("[queue a]\nkey = 1\nmode = 0600  ; x\ncapacity = 8K"),
		    LAYER_IS("a",
			     "[adopt queue a]\nmode = 0620\n[set queue a]\nmode = 0640\ncapacity = 4K\n") },
		  "conf:3: warning: [queue a] mode: 0600 is overridden by 'kipcctl set' (0640); 'kipcctl "
		  "unset a mode' removes the override\n"
		  "conf:4: warning: [queue a] capacity: 8K is overridden by 'kipcctl set' (4K); 'kipcctl "
		  "unset a "
		  "capacity' removes the override\n",
		  0,
		  "a",
		  0640,
		  "capacity = 8K in conf:4 is overridden by 'kipcctl set' (4K); mode = 0600 in conf:3 is "
		  "overridden by 'kipcctl set' (0640)" },
		{ "an override whose section is gone",
		  { FILE_IS("[queue b]\nkey = 1\n"), LAYER_IS("a", "[set queue a]\nmode = 0640\n") },
		  "a:1: warning: [queue a] is set aside: " GONE "\n",
		  0,
		  "a",
		  0,
		  NULL },
		{ "... and without a key of its own it makes none of its name",
		  { FILE_IS(""), LAYER_IS("a", "[adopt queue a]\nmode = 0640\n") },
		  "a:1: warning: [queue a] is set aside: " GONE "\n",
		  0,
		  "a",
		  0,
		  NULL },
		{ "... or is of another kind",
		  { FILE_IS("[semaphore a]\nvalues = 1\n"), LAYER_IS("a", "[set queue a]\ncapacity = 4K\n") },
		  "a:1: warning: [queue a] is set aside: " GONE "\n",
		  0,
		  "a",
		  0660,
		  NULL },
		{ "what create declares, and set",
		  { FILE_IS(""),
		    LAYER_IS("a", "[create queue a]\nmode = 0600\n[set queue a]\nmode = 0640\n") },
		  "",
		  0,
		  "a",
		  0640,
		  NULL },
		{ "what create declares steps back behind a file",
		  { FILE_IS("[queue a]\nmode = 0620\n"), LAYER_IS("a", "[create queue a]\nmode = 0600\n") },
		  "",
		  0,
		  "a",
		  0620,
		  NULL },
		{ "... of another kind, too",
		  { FILE_IS("[semaphore a]\nvalues = 1\n"),
		    LAYER_IS("a", "[create queue a]\nmode = 0600\n") },
		  "",
		  0,
		  "a",
		  0660,
		  NULL },
		{ "a value that does not go with the section any more",
		  { FILE_IS("[segment a]\nsize = 8K\nfield.x = u32@5000\n"),
		    LAYER_IS("a", "[set segment a]\nsize = 4K\nmode = 0640\n") },
		  "a: warning: is set aside: [segment a] field.x: u32@5000 ends at byte 5004, but the "
		  "segment has "
		  "4096; lower the offset, or raise the size\n",
		  0,
		  "a",
		  0660,
		  NULL },
		{ "a user who is gone, between two that are right",
		  { FILE_IS("[queue a]\n[queue c]\n"), LAYER_IS("a", "[set queue a]\nmode = 0600\n"),
		    LAYER_IS("b", "[create queue b]\nowner = alice\n"),
		    LAYER_IS("c", "[set queue c]\nmode = 0640\n") },
		  "b: warning: is set aside: [queue b] owner: no user 'alice' on this machine; "
		  "create "
		  "it, or name another\n",
		  0,
		  "c",
		  0640,
		  NULL },
		{ "a key that a section took",
		  { FILE_IS("[queue a]\nkey = 5\n"), LAYER_IS("b", "[create queue b]\nkey = 5\n") },
		  "b: warning: is set aside: [queue b] key: 0x00000005 is also the key of [queue a] at "
		  "conf:2; give one of them another key\n",
		  0,
		  "b",
		  0,
		  NULL },
		{ "what an older kipcd set",
		  { FILE_IS("[queue a]\nmode = 0600\n"), LAYER_IS("a", "[queue a]\nmode = 0640\n") },
		  "conf:2: warning: [queue a] mode: 0600 is overridden by 'kipcctl set' (0640); 'kipcctl "
		  "unset a mode' removes the override\n",
		  0,
		  "a",
		  0640,
		  "mode = 0600 in conf:2 is overridden by 'kipcctl set' (0640)" },
		{ "what an older kipcd created",
		  { FILE_IS(""), LAYER_IS("a", "[queue a]\nmode = 0640\n") },
		  "",
		  0,
		  "a",
		  0640,
		  NULL },
		{ "a file that was scribbled over",
		  { FILE_IS("[queue b]\n"), LAYER_IS("a", "\001\n") },
		  "a: warning: is set aside: it has bytes that are not text\n",
		  0,
		  "a",
		  0,
		  NULL },
		{ "a mistake in the file itself",
		  { FILE_IS("[queue a]\nmode = 9\n"), LAYER_IS("a", "[set queue a]\ncapacity = 4K\n") },
		  "conf:2: [queue a] mode: '9' is not an octal mode like 0660\n",
		  -EBADMSG,
		  "a",
		  0,
		  NULL },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_row(&rows[i]);
}

static void every_value_has_an_origin(void **state)
{
	struct config_source sources[] = {
		FILE_IS("[queue a]\nkey = 1\nmode = 0600\n"),
		LAYER_IS("a", "[adopt queue a]\nlifetime = config\n[set queue a]\nmode = 0640\n"),
	};
	static const struct {
		unsigned line;
		enum layer_verb verb;
	} expected[] = { { 2, LAYER_NONE }, { 4, LAYER_SET }, { 2, LAYER_ADOPT } };
	struct problems problems = PROBLEMS_INIT;
	const struct channel_spec *spec;
	struct config *config = NULL;

	assert_int_equal(config_load(sources, N(sources), &world, &problems, &config), 0);
	spec = config_find(config, "a");
	assert_int_equal(spec->n_places, N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		assert_int_equal(spec->places[i].line, expected[i].line);
		assert_int_equal(spec->places[i].verb, expected[i].verb);
	}
	assert_false(spec->is_of_layer);
	problems_done(&problems);
	config_free(config);
}

/* A mistake in an assignment cites the assignment; its file does not exist yet. */
static void an_argument_is_cited(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "[set queue a]\nmode = 9999\n", "'mode=9999': '9999' is not an octal mode like 0660\n" },
		{ "[set queue a]\nmoed = 1\n", "'moed=1': unknown key; did you mean 'mode'?\n" },
		{ "[set queue a]\nkey = 7\n", "conf:3: [queue b] key: 0x00000007 is also the key of [queue "
					      "a] at 'key=7'; give one of them another key\n" },
		{ "[set queue a]\nmax_message = 1\n",
		  "'max_message=1': only rings have this key; remove the line\n" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct config_source sources[] = {
			FILE_IS("[queue a]\n[queue b]\nkey = 7\n"),
			{ .name = (char *)"a",
			  .text = (char *)rows[i].text,
			  .size = strlen(rows[i].text),
			  .runtime_layer = true,
			  .is_argument = true },
		};
		struct problems problems = PROBLEMS_INIT;
		struct config *config = NULL;
		char *said;

		assert_int_equal(config_parse(sources, N(sources), &world, &problems, &config), -EBADMSG);
		said = problems_to_string(&problems, true);
		assert_string_equal(said, rows[i].said);
		free(said);
		problems_done(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_data),
		cmocka_unit_test(a_long_value_is_whole),
		cmocka_unit_test(what_is_no_value),
		cmocka_unit_test(parts_are_taken_out),
		cmocka_unit_test(what_goes_with_a_configuration),
		cmocka_unit_test(every_value_has_an_origin),
		cmocka_unit_test(an_argument_is_cited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
