/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The configuration: the result of each text, and the exact sentence for each mistake. The machine's
 * users, groups and files are those of the fake world below.
 */

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

#include "daemon/config/parse.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define SOURCE(file, string)                                                                                 \
	{                                                                                                    \
		.name = (char *)(file), .text = (char *)(string), .size = sizeof(string) - 1                 \
	}

/*
 * -- the world: user app (1500), billing (200), groups staff, app, kipc-admin (50, 51, 52), file /srv/app
 * ----------------------
 */

static uid_t world_uid(void)
{
	return 995;
}

static gid_t world_gid(void)
{
	return 994;
}

static unsigned n_look_ups;

static int world_user(const char *name, uid_t *ret_uid)
{
	n_look_ups++;
	if (strcmp(name, "broken") == 0)
		return -EIO;
	if (strcmp(name, "app") != 0 && strcmp(name, "billing") != 0)
		return -ENOENT;
	*ret_uid = strcmp(name, "app") == 0 ? 1500 : 200;
	return 0;
}

static int world_group(const char *name, gid_t *ret_gid)
{
	static const char *const names[] = { "staff", "app", "kipc-admin" };

	for (size_t i = 0; i < N(names); i++)
		if (strcmp(name, names[i]) == 0) {
			*ret_gid = 50 + (gid_t)i;
			return 0;
		}
	return -ENOENT;
}

static int world_ftok(const char *path, int project, key_t *ret_key)
{
	if (strcmp(path, "/srv/gone") == 0 || strcmp(path, "/srv/late") == 0)
		*ret_key = (key_t)(project << 24 | 0x4321); /* what it had last */
	if (strcmp(path, "/srv/late") == 0 || strcmp(path, "/srv/never") == 0)
		return -ETIMEDOUT;
	if (strcmp(path, "/srv/app") != 0 && strcmp(path, "/srv/a:b") != 0)
		return -ENOENT;
	*ret_key = (key_t)(project << 24 | 0x1234);
	return 0;
}

static bool world_user_is_system(uid_t uid)
{
	return uid < 1000;
}

static const struct config_world world = {
	world_uid, world_gid, world_user, world_group, world_ftok, world_user_is_system,
};

/*
 * Parses, and compares the problems with the expected ones; the caller frees the config, if there is
 * one.
 */
static struct config *parse(const struct config_source *sources, size_t n_sources, const char *expected)
{
	struct problems problems = PROBLEMS_INIT;
	struct config *config = NULL;
	int r = config_parse(sources, n_sources, &world, &problems, &config);
	char *said = problems_to_string(&problems, true);

	assert_non_null(said);
	assert_string_equal(said, expected);
	assert_int_equal(r, problems.n_mistakes > 0 ? -EBADMSG : 0);
	assert_true((config != NULL) == (r == 0));
	free(said);
	problems_done(&problems);
	return config;
}

/*
 * -- valid configurations
 * -------------------------------------------------------------------------------------------
 */

static void nothing_is_fine(void **state)
{
	static const struct config_source sources[] = { SOURCE("a", ""),
							SOURCE("b", "\n ; nothing\n\n#[queue x]") };
	struct config *config = parse(NULL, 0, "");

	assert_int_equal(config->n_channels, 0);
	assert_int_equal(config->sample_interval, 1000000);
	assert_false(config->has_admin_group);
	assert_null(config_find(config, "orders"));
	config_free(config);
	config_free(parse(sources, N(sources), ""));
	assert_null(config_free(NULL));
}

static void defaults_are_as_documented(void **state)
{
	static const struct config_source sources[] = { SOURCE("a", "[segment s]\nsize = 1\n[queue q]\n") };
	struct config *config = parse(sources, N(sources), "");
	const struct channel_spec *q = config_find(config, "q"), *s = config_find(config, "s");

	assert_int_equal(config->n_channels, 2);
	assert_ptr_equal(q, &config->channels[0]);
	assert_int_equal(q->kind, KIPC_QUEUE);
	assert_string_equal(q->origin, "a");
	assert_int_equal(q->line, 3);
	assert_int_equal(q->key, kipc_key_from_name(KIPC_QUEUE, "q"));
	assert_int_equal(q->owner, 995);
	assert_int_equal(q->group, 994);
	assert_int_equal(q->mode, 0660);
	assert_int_equal(q->manage, MANAGE_OWN);
	assert_int_equal(q->lifetime, LIFETIME_BOOT);
	assert_null(q->description);
	assert_int_equal(q->warn_at, 0);
	assert_false(q->activate);
	assert_int_equal(q->capacity, 0);
	assert_int_equal(s->layout, LAYOUT_RAW);
	assert_int_equal(s->max_message, 0);
	assert_int_equal(s->n_fields, 0);
	config_free(config);
}

static void every_key_is_read(void **state)
{
	static const struct config_source sources[] = { SOURCE("a",
							       "[daemon]\n"
							       "group = staff        ; who may control\n"
							       "sample_interval = 500ms\n"
							       "[queue orders] ; a comment\n"
							       "key = 0x4b01\n"
							       "owner = billing\n"
							       "group = 50\n"
							       "mode = 0640\n"
							       "lifetime = config\n"
							       "warn_at = 80%\n"
							       "activate = yes\n"
							       "description = Orders; batch#1 = \xc3\xa4\n"
							       "capacity = 16K\n"
							       "[segment prices]\n"
							       "key = 0xffffffff\n"
							       "size = 64K\n"
							       "layout = raw\n"
							       "field.price = f64be[4]@8\n"
							       "field.count = u32@0\n"
							       "field.text = char[16]@0x40\n"
							       "[segment ticks]\n"
							       "size = 16M\n"
							       "layout = ring\n"
							       "max_message = 1M\n"
							       "warn_at = 5\n"
							       "[semaphore build]\n"
							       "values = 1, 0,32767\t; three\n"
							       "[segment theirs]\n"
							       "key = ftok:/srv/app:'A'\n"
							       "manage = observe\n"
							       "[semaphore too]\n"
							       "manage = observe\n"
							       "key = ftok:/srv/a:b:7") };
	struct config *config = parse(sources, N(sources), "");
	const struct channel_spec *spec;

	assert_true(config->has_admin_group);
	assert_int_equal(config->admin_group, 50);
	assert_int_equal(config->sample_interval, 500000);

	spec = config_find(config, "orders");
	assert_int_equal(spec->key, 0x4b01);
	assert_int_equal(spec->owner, 200);
	assert_int_equal(spec->group, 50);
	assert_int_equal(spec->mode, 0640);
	assert_int_equal(spec->lifetime, LIFETIME_CONFIG);
	assert_int_equal(spec->warn_at, 80);
	assert_true(spec->activate);
	assert_string_equal(spec->description, "Orders; batch#1 = \xc3\xa4");
	assert_int_equal(spec->capacity, 16384);

	spec = config_find(config, "prices");
	assert_int_equal(spec->key, (key_t)-1);
	assert_int_equal(spec->size, 65536);
	assert_int_equal(spec->n_fields, 3);
	assert_string_equal(spec->fields[0].name, "count");
	assert_string_equal(spec->fields[1].name, "price");
	assert_string_equal(spec->fields[1].type, "f64be[4]");
	assert_int_equal(spec->fields[1].offset, 8);
	assert_int_equal(spec->fields[1].size, 32);
	assert_int_equal(spec->fields[2].offset, 64);
	assert_int_equal(spec->fields[2].size, 16);

	spec = config_find(config, "ticks");
	assert_int_equal(spec->layout, LAYOUT_RING);
	assert_int_equal(spec->max_message, 1 << 20);

	spec = config_find(config, "build");
	assert_int_equal(spec->n_values, 3);
	assert_int_equal(spec->values[0], 1);
	assert_int_equal(spec->values[1], 0);
	assert_int_equal(spec->values[2], 32767);

	spec = config_find(config, "theirs");
	assert_int_equal(spec->manage, MANAGE_OBSERVE);
	assert_int_equal(spec->key, 'A' << 24 | 0x1234);
	assert_int_equal(config_find(config, "too")->key, 7 << 24 | 0x1234);
	config_free(config);
}

static void files_that_are_not_there_now(void **state)
{
	static const struct config_source sources[] = { SOURCE("a",
							       "[queue app]\nkey = ftok:/srv/app:1\n"
							       "[queue gone]\nkey = ftok:/srv/gone:2\n"
							       "[queue late]\nkey = ftok:/srv/late:3\n"
							       "[queue never]\nkey = ftok:/srv/never:4\n"
							       "[queue none]\nkey = ftok:/srv/never:4\n"
							       "[queue number]\nkey = ftok:/srv/never:5\n"),
							SOURCE("b", "[queue number]\nkey = 7\n") };
	static const struct {
		const char *name, *path;
		key_t key;
		int error;
	} rows[] = {
		{ "app", "/srv/app", 1 << 24 | 0x1234, 0 },
		{ "gone", "/srv/gone", 2 << 24 | 0x4321, -ENOENT },
		{ "late", "/srv/late", 3 << 24 | 0x4321, -ETIMEDOUT },
		{ "never", "/srv/never", 0, -ETIMEDOUT },
		{ "none", "/srv/never", 0, -ETIMEDOUT }, /* two unknown keys may differ */
		{ "number", NULL, 7, 0 },
	};
	static const char late[] = "no answer (a dead mount?); kipcd cannot tell which key it makes now\n";
	char expected[2048];
	struct config *config;

	snprintf(expected, sizeof expected,
		 "a:4: warning: [queue gone] key: ftok(3) fails on '/srv/gone': No such file or directory; "
		 "programs that start now get no key\n"
		 "a:6: warning: [queue late] key: ftok(3) fails on '/srv/late': %sa:8: warning: [queue "
		 "never] key: ftok(3) fails on '/srv/never': %sa:10: warning: [queue none] key: ftok(3) "
		 "fails on '/srv/never': %s",
		 late, late, late);
	config = parse(sources, N(sources), expected);
	for (size_t i = 0; i < N(rows); i++) {
		const struct channel_spec *spec = config_find(config, rows[i].name);

		assert_int_equal(spec->key, rows[i].key);
		assert_int_equal(spec->key_error, rows[i].error);
		assert_true((spec->path == NULL) == (rows[i].path == NULL) &&
			    (spec->path == NULL || strcmp(spec->path, rows[i].path) == 0));
	}
	config_free(config);
}

/* The first example of the manual, with its comments behind values. */
static void the_example_of_the_design_is_right(void **state)
{
	static const struct config_source sources[] = {
		SOURCE("a",
		       "[daemon]\n"
		       "group = kipc-admin        ; members may control channels through the control socket\n"
		       "sample_interval = 1s      ; how often channels are looked at\n\n"
		       "[queue orders]\nkey = 0x4b01\ngroup = app\nmode = 0660\ncapacity = 16K\n"
		       "description = Orders waiting to be billed\n\n"
		       "[segment prices]\nkey = 1234\nsize = 64K\nfield.count = u32@0\nfield.price = "
		       "f64@8\n\n"
		       "[segment ticks]\nsize = 16M\nlayout = ring\n\n"
		       "[semaphore build]\n"
		       "values = 1                ; one number a semaphore: \"1\" or \"1,0,5\"\n"),
	};
	struct config *config = parse(sources, N(sources), "");

	assert_int_equal(config->n_channels, 4);
	assert_int_equal(config->admin_group, 52);
	assert_int_equal(config_find(config, "build")->n_values, 1);
	config_free(config);
}

static void later_files_override_key_by_key(void **state)
{
	static const struct config_source sources[] = {
		SOURCE("a", "[daemon]\nsample_interval = 2s\ngroup = 7\n"
			    "[queue q]\nkey = 5\nmode = 0600\ndescription = first\n"
			    "[segment s]\nsize = 8\nfield.a = u8@0\nfield.b = u8@100\n"
			    "[semaphore m]\nvalues = 1,2\n"),
		SOURCE("b", "[queue q]\nmode = 0640\ndescription = second\n[daemon]\nsample_interval = 3s\n"
			    "[segment s]\nfield.b = u64@0\n[queue r]\n"),
		SOURCE("c", "[queue q]\ndescription =\n[semaphore m]\nvalues = 7\n"),
	};
	struct config *config = parse(sources, N(sources), "");
	const struct channel_spec *q = config_find(config, "q"), *s = config_find(config, "s");

	assert_int_equal(config->n_channels, 4);
	assert_int_equal(config->sample_interval, 3000000);
	assert_int_equal(config->admin_group, 7);
	assert_int_equal(q->key, 5);
	assert_int_equal(q->mode, 0640);
	assert_null(q->description);
	assert_string_equal(q->origin, "a");
	assert_int_equal(q->line, 4);
	assert_int_equal(s->n_fields, 2);
	assert_string_equal(s->fields[1].name, "b");
	assert_int_equal(s->fields[1].size, 8);
	assert_int_equal(config_find(config, "m")->n_values, 1);
	assert_string_equal(config_find(config, "r")->origin, "b");
	config_free(config);
}

static void files_from_elsewhere_are_read(void **state)
{
	static const struct config_source sources[] = {
		SOURCE("bom", "\xef\xbb\xbf[queue q]\r\nmode = 0600\r\n\r\nkey=7\r\n"),
		SOURCE("tabs", "[\tqueue \t q\t]\t\nmode\t=\t0640\t\n"),
	};
	struct config *config = parse(sources, N(sources), "");

	assert_int_equal(config->n_channels, 1);
	assert_int_equal(config->channels[0].mode, 0640);
	assert_int_equal(config->channels[0].key, 7);
	config_free(config);
}

/*
 * -- mistakes
 * -------------------------------------------------------------------------------------------
 */

struct row {
	const char *text, *expected;
};

static void check_rows(const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		const struct config_source source = { .name = (char *)"f",
						      .text = (char *)rows[i].text,
						      .size = strlen(rows[i].text) };

		config_free(parse(&source, 1, rows[i].expected));
	}
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X200 X50 X50 X50 X50
#define NAME_RULE "names have 1 to 31 letters, digits, '.', '_' and '-', and begin with a letter"

static void mistakes_of_lines(void **state)
{
	static const struct row rows[] = {
		{ "[queue q]\ndescription = " X200 "\n", "f:2: [queue q] description: the line has 214 "
							 "bytes; shorten it to 199\n" },
		{ "; " X200 "\n", "f:1: the line has 202 bytes; shorten it to 199\n" },
		{ "[queue " X200 "]\nfoo = 1\n[queue q]\nfoo = 1\n",
		  "f:1: the line has 208 bytes; shorten it to 199\nf:4: [queue q] foo: unknown key; the keys "
		  "of this section are key, owner, group, mode, manage, lifetime, warn_at, activate, "
		  "description, capacity\n" },
		{ "[queue q]\n mode = 0666\n",
		  "f:2: [queue q]: the line is indented; begin it in the first column\n" },
		{ "[queue q]\n\tmode = 0666\n",
		  "f:2: [queue q]: the line is indented; begin it in the first column\n" },
		{ "  [queue q]\n", "f:1: the line is indented; begin it in the first column\n" },
		{ "[queue q]\ndescription = a\x01z\n",
		  "f:2: [queue q] description: byte 16 of the line is a control byte; remove it\n" },
		{ "[queue q]\ndescription = a\x7f\n",
		  "f:2: [queue q] description: byte 16 of the line is a control byte; remove it\n" },
		{ "[queue q]\nmode = 0660\r \n",
		  "f:2: [queue q] mode: byte 12 of the line is a control byte; remove it\n" },
		{ "# \x1b[31m\n", "f:1: byte 3 of the line is a control byte; remove it\n" },
		{ "[queue q]\ndescription = \xe4\n", "f:2: [queue q] description: byte 15 of the line is not "
						     "UTF-8 text; save the file as UTF-8\n" },
		{ "[queue q]\ndescription = \xc2\x9b\n", "f:2: [queue q] description: byte 15 of the line is "
							 "not UTF-8 text; save the file as UTF-8\n" },
		{ "[queue q]\ndescription = \xed\xa0\x80\n",
		  "f:2: [queue q] description: byte 15 of the line is not UTF-8 text; save the file as "
		  "UTF-8\n" },
		{ "[queue q]\ndescription = \xc0\xaf\n", "f:2: [queue q] description: byte 15 of the line is "
							 "not UTF-8 text; save the file as UTF-8\n" },
		{ "[queue q]\ndescription = one ; two\n",
		  "f:2: [queue q] description: ' ;' inside the value; put a comment on a line of its own; in "
		  "text, remove the space\n" },
		{ "[queue q]\nmode = 0660 # mine\n",
		  "f:2: [queue q] mode: ' #' inside the value; put a comment on a line of its own; in text, "
		  "remove the space\n" },
		{ "[queue q]\nmode = 0660    # mine\n",
		  "f:2: [queue q] mode: ' #' inside the value; put a comment on a line of its own; in text, "
		  "remove the space\n" },
		/* a size that was refused is not reported as missing */
		{ "[segment s]\nsize = 64K # big\n",
		  "f:2: [segment s] size: ' #' inside the value; put a comment on a line of its own; in "
		  "text, remove the space\n" },
		{ "[queue q]\nmode: 0660\n", "f:2: [queue q] mode: ':' instead of '='; write KEY = VALUE\n" },
		{ "[queue q]\nhello world\n", "f:2: [queue q]: 'hello world' is not a [section], KEY = VALUE "
					      "or a comment; add what is missing, or '#' in front\n" },
		{ "[queue q]\n= 5\n", "f:2: [queue q]: the key before '=' is missing; write KEY = VALUE\n" },
		{ "[queue q]\na b = 5\n",
		  "f:2: [queue q]: 'a b' is not a key; keys have letters, digits, '_', '.' and '-'\n" },
		{ "[queue q]\n" X50 "=5\n",
		  "f:2: [queue q]: the key has 50 bytes; the longest key has 49\n" },
		{ "mode = 0660\n",
		  "f:1: mode: precedes the first section; move it below [daemon] or a [KIND NAME]\n" },
	};

	check_rows(rows, N(rows));
}

static void nul_bytes_are_mistakes(void **state)
{
	static const struct config_source sources[] = {
		SOURCE("f", "[queue q]\nmode = 06\0"
			    "60\n\0\n[segment s]\nsize = 1\0\n"),
	};

	parse(sources, 1,
	      "f:2: [queue q] mode: byte 10 of the line is a NUL byte; remove it\n"
	      "f:3: [queue q]: byte 1 of the line is a NUL byte; remove it\n"
	      "f:5: [segment s] size: byte 9 of the line is a NUL byte; remove it\n");
}

static void mistakes_of_sections(void **state)
{
	static const struct row rows[] = {
		{ "[queu q]\nmode = 8\n", "f:1: [queu q]: 'queu' is not one of daemon, queue, segment, "
					  "semaphore; did you mean 'queue'?\n"
					  "f:2: [queu q] mode: '8' is not an octal mode like 0660\n" },
		{ "[segmnt s]\n", "f:1: [segmnt s]: 'segmnt' is not one of daemon, queue, segment, "
				  "semaphore; did you mean 'segment'?\n"
				  "f:1: [segmnt s]: size is missing; add a line like 'size = 64K'\n" },
		{ "[Deamon]\n", "f:1: [Deamon]: 'Deamon' is not one of daemon, queue, segment, semaphore; "
				"did you mean 'daemon'?\n" },
		{ "[pipe p]\nmode = 8\nsize = 1\n",
		  "f:1: [pipe p]: 'pipe' is not one of daemon, queue, segment, semaphore\n"
		  "f:2: [pipe p] mode: '8' is not an octal mode like 0660\n" },
		{ "[]\n", "f:1: the section has no name; write [daemon] or [KIND NAME]\n" },
		{ "[queue]\n", "f:1: [queue]: the name is missing; write [queue NAME]\n" },
		{ "[queue q\nmode = 8\n",
		  "f:1: [queue q]: ']' is missing at the end of the line; write [queue q]\n"
		  "f:2: [queue q] mode: '8' is not an octal mode like 0660\n" },
		{ "[queue q] mode = 0660\n",
		  "f:1: [queue q]: 'mode = 0660' follows ']'; move it to a line of its own\n" },
		{ "[queue a/b]\n", "f:1: [queue a/b]: 'a/b' is not a name; " NAME_RULE "\n" },
		{ "[queue a b]\n", "f:1: [queue a b]: 'a b' is not a name; " NAME_RULE "\n" },
		{ "[queue 9]\n", "f:1: [queue 9]: '9' is not a name; " NAME_RULE "\n" },
		{ "[queue " X50 "]\n", "f:1: [queue " X50 "]: '" X50 "' is not a name; " NAME_RULE "\n" },
		{ "[daemon x]\n", "f:1: [daemon x]: [daemon] takes no name; write [daemon]\n" },
		{ "[queue q]\n[queue r]\n[queue q]\nkey = 0\n",
		  "f:3: [queue q]: duplicate section; the first is at line 1: move these keys there\nf:4: "
		  "[queue q] key: 0 is IPC_PRIVATE and identifies no object; choose 1 to 0xffffffff, or omit "
		  "the key\n" },
		{ "[daemon]\n[daemon]\n",
		  "f:2: [daemon]: duplicate section; the first is at line 1: move these keys there\n" },
		{ "[queue a]\n[semaphore a]\ncapacity = 3\nvalues = 1",
		  "f:2: [semaphore a]: [queue a] at f:1 already has this name; choose another, since names "
		  "are unique across all kinds\nf:3: [semaphore a] capacity: only queues have this key; a "
		  "semaphore has values\n" },
		{ "[segment s]\n", "f:1: [segment s]: size is missing; add a line like 'size = 64K'\n" },
		{ "[semaphore s]\n",
		  "f:1: [semaphore s]: values is missing; add a line like 'values = 1'\n" },
	};

	check_rows(rows, N(rows));
}

static void mistakes_of_keys(void **state)
{
	static const struct row rows[] = {
		{ "[queue q]\nmoed = 0660\n", "f:2: [queue q] moed: unknown key; did you mean 'mode'?\n" },
		{ "[segment s]\nsize = 9\nfeild.price = u8@0\n",
		  "f:3: [segment s] feild.price: unknown key; did you mean 'field.price'?\n" },
		{ "[daemon]\nfrobnicate = 1\n", "f:2: [daemon] frobnicate: unknown key; the keys of this "
						"section are group, sample_interval\n" },
		{ "[queue q]\nmode = 0660\nmode = 0640\n",
		  "f:3: [queue q] mode: duplicate; the first is at line 2: keep one of them\n" },
		{ "[daemon]\ngroup = 1\ngroup = 1\n",
		  "f:3: [daemon] group: duplicate; the first is at line 2: keep one of them\n" },
		{ "[segment s]\nsize = 9\nfield.a = u8@0\nfield.b = u8@1\nfield.a = u8@2\n",
		  "f:5: [segment s] field.a: duplicate; the first is at line 3: keep one of them\n" },
		{ "[queue q]\nmode =\n",
		  "f:2: [queue q] mode: has no value; write KEY = VALUE, or remove the line\n" },
		{ "[segment s]\nsize = 1\ncapacity = 1\n",
		  "f:3: [segment s] capacity: only queues have this key; a segment has size\n" },
		{ "[queue q]\nsize = 1\n",
		  "f:2: [queue q] size: only segments have this key; a queue has capacity\n" },
		{ "[queue q]\nvalues = 1\n",
		  "f:2: [queue q] values: only semaphores have this key; a queue has capacity\n" },
		{ "[queue q]\nfield.a = u8@0\n",
		  "f:2: [queue q] field.a: only raw segments have this key; remove the line\n" },
		{ "[queue q]\nmax_message = 1\n",
		  "f:2: [queue q] max_message: only rings have this key; remove the line\n" },
		{ "[semaphore s]\nvalues = 1\nwarn_at = 8\n",
		  "f:3: [semaphore s] warn_at: only queues and rings have this key; remove the line\n" },
		{ "[queue q]\nsample_interval = 1s\n",
		  "f:2: [queue q] sample_interval: only [daemon] has this key; move the line there\n" },
		{ "[daemon]\nmode = 0660\n",
		  "f:2: [daemon] mode: only channels have this key; move the line to a [KIND NAME]\n" },
	};

	check_rows(rows, N(rows));
}

static void mistakes_of_values(void **state)
{
	static const struct {
		const char *line, *sentence;
	} rows[] = {
		{ "key = 0",
		  "0 is IPC_PRIVATE and identifies no object; choose 1 to 0xffffffff, or omit the key" },
		{ "key = 0x0",
		  "0 is IPC_PRIVATE and identifies no object; choose 1 to 0xffffffff, or omit the key" },
		{ "key = 0x100000000", "'0x100000000' is out of range; choose 1 to 0xffffffff" },
		{ "key = 4294967296", "'4294967296' is out of range; choose 1 to 0xffffffff" },
		{ "key = -1", "'-1' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'" },
		{ "key = @5", "'@5' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'" },
		{ "key = queue:5", "'queue:5' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'" },
		{ "key = orders", "'orders' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'" },
		{ "key = 5[1]", "'5[1]' is not a key like 1234, 0x4b01 or ftok:/PATH:'A'" },
		{ "key = ftok:/srv/app", "'ftok:/srv/app' does not end in ':' and a project; write "
					 "ftok:PATH:N, N from 1 to 255 or a character like 'A'" },
		{ "key = ftok:/srv/app:0", "'ftok:/srv/app:0' does not end in ':' and a project; write "
					   "ftok:PATH:N, N from 1 to 255 or a character like 'A'" },
		{ "key = ftok:/srv/app:256", "'ftok:/srv/app:256' does not end in ':' and a project; write "
					     "ftok:PATH:N, N from 1 to 255 or a character like 'A'" },
		{ "key = ftok:srv/app:1", "'ftok:srv/app:1' has no absolute path; write ftok:/PATH:N" },
		{ "key = ftok:/none:1", "ftok(3) fails on '/none': No such file or directory; name a file "
					"that exists, or a number" },
		{ "owner = ap", "no user 'ap' on this machine; create it, or name another" },
		{ "owner = broken", "the user 'broken' cannot be looked up: Input/output error; try again, "
				    "or give its number" },
		{ "owner = 4294967295", "'4294967295' is not a user ID; choose 0 to 4294967294" },
		{ "owner = -1", "'-1' is not a user ID; choose 0 to 4294967294" },
		{ "group = wheel", "no group 'wheel' on this machine; create it, or name another" },
		{ "mode = 9999", "'9999' is not an octal mode like 0660" },
		{ "mode = 01660", "'01660' is not an octal mode like 0660" },
		{ "mode = rw", "'rw' is not an octal mode like 0660" },
		{ "manage = obsrve", "'obsrve' is not one of own, observe; did you mean 'observe'?" },
		{ "manage = yes", "'yes' is not one of own, observe" },
		{ "lifetime = confg", "'confg' is not one of boot, config, daemon; did you mean 'config'?" },
		{ "warn_at = 0", "'0' is not a percentage from 1 to 100, like 80" },
		{ "warn_at = 101%", "'101%' is not a percentage from 1 to 100, like 80" },
		{ "activate = perhaps", "'perhaps' is neither yes nor no" },
		{ "capacity = 0", "'0' is out of range; choose 1 to 2147483647" },
		{ "capacity = -5", "'-5' is not a size like 65536, 64K or 16M" },
		{ "capacity = 16 K", "'16 K' is not a size like 65536, 64K or 16M" },
		{ "capacity = 16X", "'16X' is not a size like 65536, 64K or 16M" },
		{ "capacity = 2G", "'2G' is out of range; choose 1 to 2147483647" },
		{ "capacity = 99T", "'99T' is out of range; choose 1 to 2147483647" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char text[256], expected[512];
		int n_key = (int)strcspn(rows[i].line, " ");

		(void)snprintf(text, sizeof text, "[queue q]\n%s\n", rows[i].line);
		(void)snprintf(expected, sizeof expected, "f:2: [queue q] %.*s: %s\n", n_key, rows[i].line,
			       rows[i].sentence);
		check_rows(&(struct row){ text, expected }, 1);
	}
}

static void mistakes_of_segments_and_semaphores(void **state)
{
	static const struct row rows[] = {
		{ "[segment s]\nsize = 99T\n",
		  "f:2: [segment s] size: '99T' is out of range; choose 1 to 64T\n" },
		{ "[segment s]\nsize = 9999999999999999999999\n",
		  "f:2: [segment s] size: '9999999999999999999999' is out of range; choose 1 to 64T\n" },
		{ "[segment s]\nsize = -4K\n",
		  "f:2: [segment s] size: '-4K' is not a size like 65536, 64K or 16M\n" },
		{ "[segment s]\nsize = 0\n",
		  "f:2: [segment s] size: '0' is out of range; choose 1 to 64T\n" },
		{ "[segment s]\nsize = 8\nlayout = rink\n",
		  "f:3: [segment s] layout: 'rink' is not one of raw, ring; did you mean 'ring'?\n" },
		{ "[segment s]\nsize = 8\nwarn_at = 5\nactivate = on\nmax_message = 4\n",
		  "f:3: [segment s] warn_at: a raw segment has no messages; remove the line, or add 'layout "
		  "= ring'\n"
		  "f:4: [segment s] activate: a raw segment has no messages; remove the line, or add 'layout "
		  "= ring'\n"
		  "f:5: [segment s] max_message: a raw segment has no messages; remove the line, or add "
		  "'layout = ring'\n" },
		{ "[segment s]\nfield.a = u8@0\nlayout = ring\nfield.b = u8@0\nsize = 8K\n",
		  "f:2: [segment s] field.a: a ring has no fields; remove the line, or 'layout = ring'\n"
		  "f:4: [segment s] field.b: a ring has no fields; remove the line, or 'layout = ring'\n" },
		{ "[segment s]\nlayout = ring\nsize = 4K\nmax_message = 4K\n",
		  "f:3: [segment s] size: 4096 bytes are too few for a ring; choose 8K to 8G\n" },
		{ "[segment s]\nlayout = ring\nsize = 8191\n",
		  "f:3: [segment s] size: 8191 bytes are too few for a ring; choose 8K to 8G\n" },
		{ "[segment s]\nlayout = ring\nsize = 8193M\n",
		  "f:3: [segment s] size: 8590983168 bytes are too many for a ring; choose 8K to 8G\n" },
		{ "[segment s]\nlayout = ring\nsize = 8K\nmax_message = 2033\n",
		  "f:4: [segment s] max_message: a ring of 8192 bytes takes messages of up to 2032 bytes; "
		  "choose that or less, or a size of at least 8224\n" },
		{ "[segment s]\nlayout = ring\nsize = 8207\nmax_message = 2033\n",
		  "f:4: [segment s] max_message: a ring of 8207 bytes takes messages of up to 2032 bytes; "
		  "choose that or less, or a size of at least 8224\n" },
		{ "[segment s]\nlayout = ring\nsize = 64K\nmax_message = 5G\n",
		  "f:4: [segment s] max_message: too large for any ring; this one, of 65536 bytes, takes "
		  "messages of up to 30704 bytes: choose that or less\n" },
		{ "[segment s]\nlayout = ring\nsize = what\nmax_message = 5G\n",
		  "f:3: [segment s] size: 'what' is not a size like 65536, 64K or 16M\n" },
		{ "[segment s]\nlayout = ring\nsize = 8K\nmax_message = 2032\n", "" },
		{ "[segment s]\nlayout = ring\nsize = 8224\nmax_message = 2033\n", "" },
		{ "[segment s]\nlayout = ring\nsize = 8G\nmax_message = 4294965232\n", "" },
		{ "[segment s]\nlayout = ring\nsize = 8K\nmax_message = 0\n",
		  "f:4: [segment s] max_message: '0' is out of range; choose 1 to 64T\n" },
		{ "[semaphore s]\nvalues = 1,32768\n",
		  "f:2: [semaphore s] values: '32768' is not a number from 0 to 32767; write one for each "
		  "semaphore, like 1 or 1,0,5\n" },
		{ "[semaphore s]\nvalues = -1\n", "f:2: [semaphore s] values: '-1' is not a number from 0 to "
						  "32767; write one for each semaphore, like 1 or 1,0,5\n" },
		{ "[semaphore s]\nvalues = 1,,2\n",
		  "f:2: [semaphore s] values: '' is not a number from 0 to 32767; write one for each "
		  "semaphore, like 1 or 1,0,5\n" },
		{ "[semaphore s]\nvalues = 1 2\n",
		  "f:2: [semaphore s] values: '1 2' is not a number from 0 to 32767; write one for each "
		  "semaphore, like 1 or 1,0,5\n" },
		{ "[daemon]\nsample_interval = 1 fortnight\n",
		  "f:2: [daemon] sample_interval: '1 fortnight' is not a time span like 1s, 500ms or 1min "
		  "30s\n" },
		{ "[daemon]\nsample_interval = 99ms\n",
		  "f:2: [daemon] sample_interval: '99ms' is out of range; choose 100ms to 1h\n" },
		{ "[daemon]\nsample_interval = infinity\n",
		  "f:2: [daemon] sample_interval: 'infinity' is out of range; choose 100ms to 1h\n" },
		{ "[daemon]\ngroup = wheel\n",
		  "f:2: [daemon] group: no group 'wheel' on this machine; create it, or name another\n" },
	};

	check_rows(rows, N(rows));
}

static void mistakes_of_fields(void **state)
{
	static const struct {
		const char *line, *sentence;
	} rows[] = {
		{ "field.a = u32", "'u32' has no offset; write TYPE@OFFSET, like u32@0" },
		{ "field.a = u32@", "'' is not an offset in bytes; write TYPE@OFFSET, like u32@0" },
		{ "field.a = u32@-4", "'-4' is not an offset in bytes; write TYPE@OFFSET, like u32@0" },
		{ "field.a = u33@0", "'u33' is not a type; did you mean 'u32'?" },
		{ "field.a = integer@0", "'integer' is not a type; types are u8 to u64, i8 to i64, f32, f64 "
					 "(each also followed by be or le), char[N], bytes[N]" },
		{ "field.a = charle[4]@0", "'charle' is not a type; did you mean 'char'?" },
		{ "field.a = char@0", "'char' needs a length; write char[N]@OFFSET" },
		{ "field.a = u32[0]@0", "'0' is not a number of elements; write u32[N], N from 1" },
		{ "field.a = u32[x]@0", "'x' is not a number of elements; write u32[N], N from 1" },
		{ "field.a = u32[4@0", "']' is missing after 'u32[4'; write TYPE[N]@OFFSET" },
		{ "field.9 = u32@0", "'9' is not a name; " NAME_RULE },
		{ "field. = u32@0", "'' is not a name; " NAME_RULE },
		{ "field.a = u32@61",
		  "u32@61 ends at byte 65, but the segment has 64; lower the offset, or raise the size" },
		{ "field.a = u64[9]@0",
		  "u64[9]@0 ends at byte 72, but the segment has 64; lower the offset, or raise the size" },
		{ "field.a = bytes[1152921504606846975]@9223372036854775807",
		  "bytes[1152921504606846975]@9223372036854775807 ends at byte 10376293541461622782, but the "
		  "segment has 64; lower the offset, or raise the size" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char text[256], expected[512];
		int n_key = (int)strcspn(rows[i].line, " ");

		(void)snprintf(text, sizeof text, "[segment s]\n%s\nsize = 64\n", rows[i].line);
		(void)snprintf(expected, sizeof expected, "f:2: [segment s] %.*s: %s\n", n_key, rows[i].line,
			       rows[i].sentence);
		check_rows(&(struct row){ text, expected }, 1);
	}
	check_rows((const struct row[]){ { "[segment s]\nsize = 64\nfield.a = f64le@56\nfield.b = u8@0x3f",
					   "" } },
		   1);
}

static void channels_of_one_kind_need_keys_of_their_own(void **state)
{
	static const struct row rows[] = {
		{ "[queue b]\nkey = 0x4b01\n[queue a]\nkey = 19201\n[queue c]\nmode = 0600\nkey = 0x4b01\n",
		  "f:4: [queue a] key: 0x00004b01 is also the key of [queue b] at f:2; give one of them "
		  "another key\nf:7: [queue c] key: 0x00004b01 is also the key of [queue b] at f:2; give one "
		  "of them another key\n" },
		/* each kind has its own keys */
		{ "[queue a]\nkey = 5\n[segment b]\nkey = 5\nsize = 1\n[semaphore c]\nkey = 5\nvalues = 1\n",
		  "" },
	};
	char text[128], expected[256];

	check_rows(rows, N(rows));
	(void)snprintf(text, sizeof text, "[queue a]\nkey = 0x%x\n[queue b]\nkey = 0x%x\n[queue c]\n",
		       (unsigned)kipc_key_from_name(KIPC_QUEUE, "c"),
		       (unsigned)kipc_key_from_name(KIPC_QUEUE, "c") + 1);
	(void)snprintf(expected, sizeof expected,
		       "f:5: [queue c]: 0x%08x, derived from its name, is also the key of [queue a] at f:2; "
		       "give one of them another key\n",
		       (unsigned)kipc_key_from_name(KIPC_QUEUE, "c"));
	check_rows(&(struct row){ text, expected }, 1);
}

static void observed_channels_are_never_touched(void **state)
{
	static const char *const lines[] = { "owner = billing", "group = staff", "mode = 0600",
					     "lifetime = config", "capacity = 5" };

	for (size_t i = 0; i < N(lines); i++) {
		char text[128], expected[256];

		(void)snprintf(text, sizeof text, "[queue q]\n%s\nmanage = observe\n", lines[i]);
		(void)snprintf(
			expected, sizeof expected,
			"f:2: [queue q] %.*s: kipcd never changes an observed channel; remove the line\n",
			(int)strcspn(lines[i], " "), lines[i]);
		check_rows(&(struct row){ text, expected }, 1);
	}
	check_rows((const struct row[]){ { "[semaphore s]\nmanage = observe\nvalues = 1\n",
					   "f:3: [semaphore s] values: kipcd never changes an observed "
					   "channel; remove the line\n" } },
		   1);
	check_rows((const struct row[]){ { "[segment s]\nmanage = observe\nsize = 4\nfield.a = u32@0\n"
					   "[queue q]\nmanage = observe\nwarn_at = 5\ndescription = theirs\n",
					   "" } },
		   1);
}

static void what_is_seldom_meant_is_warned_of(void **state)
{
	static const struct row rows[] = {
		{ "[queue q]\nmode = 0666\n", "f:2: warning: [queue q] mode: 0666 gives access to every user "
					      "of this machine; share with a group instead, as with 0660\n" },
		{ "[queue q]\nowner = app\n", "f:2: warning: [queue q] owner: uid 1500 is not a system user: "
					      "logind (RemoveIPC=) removes the object at the user's last "
					      "logout, even if it is in use; share with a group instead\n" },
		{ "[queue q]\nowner = billing\nmode = 0660\n", "" },
		{ "[segment s]\nlayout = ring\nsize = 64K\nmode = 0620\n",
		  "f:4: warning: [segment s] mode: 0620 gives write permission without read permission; a "
		  "process that sends to a ring needs both, as with 0660\n" },
		{ "[segment s]\nlayout = ring\nsize = 64K\nmode = 0640\n", "" },
	};

	check_rows(rows, N(rows));
}

static void mistakes_over_several_files(void **state)
{
	static const struct config_source sources[] = {
		SOURCE("z", "[queue a]\nkey = 7\n[segment s]\n"),
		SOURCE("b",
		       "[queue c]\nkey = 7\n[segment a]\nsize = 1\n[segment s]\nfield.a = u8@0\nfoo = 1\n"),
		{ .name = (char *)"run",
		  .text = (char *)"[queue c]\nactivate = yes\n",
		  .size = 25,
		  .runtime_layer = true },
	};

	parse(sources, N(sources),
	      "z:3: [segment s]: size is missing; add a line like 'size = 64K'\nb:2: [queue c] key: "
	      "0x00000007 is also the key of [queue a] at z:2; give one of them another key\nb:3: [segment "
	      "a]: [queue a] at z:1 already has this name; choose another, since names are unique across all "
	      "kinds\nb:7: [segment s] foo: unknown key; the keys of this section are key, owner, group, "
	      "mode, manage, lifetime, warn_at, activate, description, size, layout, max_message, "
	      "field.NAME\nrun:2: [queue c] activate: is for configuration files only; write it into "
	      "kipcd.conf.d\n");
}

static void twenty_mistakes_in_one_go(void **state)
{
	static const struct row row = {
		"mode = 0660\n"		       /* 1 */
		"[deamon]\n"		       /* 2 */
		"sample_interval = 5 parsec\n" /* 3 */
		"[queue orders]\n"	       /*   */
		"key = 0\n"		       /* 4 */
		"mode = 9999\n"		       /* 5 */
		"moed = 0660\n"		       /* 6 */
		"owner = nobody-here\n"	       /* 7 */
		"capacity = 99T\n"	       /* 8 */
		" group = staff\n"	       /* 9 */
		"description = one ; two\n"    /* 10 */
		"[queue a/b]\n"		       /* 11 */
		"[segment prices]\n"	       /* 12: no size */
		"capacity = 16K\n"	       /* 13 */
		"field.x = u23@0\n"	       /* 14 */
		"layout = rng\n"	       /* 15 */
		"[semaphore build]\n"	       /*   */
		"values = 1,99999\n"	       /* 16 */
		"lifetime = forever\n"	       /* 17 */
		"[queue build]\n"	       /* 18 */
		"[queue orders]\n"	       /* 19 */
		"[queue ticks\n",	       /* 20 */
		"f:1: mode: precedes the first section; move it below [daemon] or a [KIND NAME]\nf:2: "
		"[deamon]: 'deamon' is not one of daemon, queue, segment, semaphore; did you mean "
		"'daemon'?\nf:3: [deamon] sample_interval: '5 parsec' is not a time span like 1s, 500ms or "
		"1min 30s\nf:5: [queue orders] key: 0 is IPC_PRIVATE and identifies no object; choose 1 to "
		"0xffffffff, or omit the key\nf:6: [queue orders] mode: '9999' is not an octal mode like "
		"0660\nf:7: [queue orders] moed: unknown key; did you mean 'mode'?\nf:8: [queue orders] "
		"owner: no user 'nobody-here' on this machine; create it, or name another\nf:9: [queue "
		"orders] capacity: '99T' is out of range; choose 1 to 2147483647\nf:10: [queue orders]: the "
		"line is indented; begin it in the first column\nf:11: [queue orders] description: ' ;' "
		"inside the value; put a comment on a line of its own; in text, remove the space\nf:12: "
		"[queue a/b]: 'a/b' is not a name; " NAME_RULE
		"\nf:13: [segment prices]: size is missing; add a line like 'size = 64K'\nf:14: [segment "
		"prices] capacity: only queues have this key; a segment has size\nf:15: [segment prices] "
		"field.x: 'u23' is not a type; did you mean 'u32'?\nf:16: [segment prices] layout: 'rng' is "
		"not one of raw, ring; did you mean 'ring'?\nf:18: [semaphore build] values: '99999' is not "
		"a number from 0 to 32767; write one for each semaphore, like 1 or 1,0,5\nf:19: [semaphore "
		"build] lifetime: 'forever' is not one of boot, config, daemon\nf:20: [queue build]: "
		"[semaphore build] at f:17 already has this name; choose another, since names are unique "
		"across all kinds\nf:21: [queue orders]: duplicate section; the first is at line 4: move "
		"these keys there\nf:22: [queue ticks]: ']' is missing at the end of the line; write [queue "
		"ticks]\n",
	};

	check_rows(&row, 1);
}

/*
 * The installed sample: all comments, so that it declares nothing, and its commented lines are valid.
 */
static void the_sample_is_right(void **state)
{
	const char *folder = getenv("srcdir");
	char path[PATH_MAX], text[16384], bare[sizeof text];
	size_t n, n_bare = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/conf/kipcd.conf", folder != NULL ? folder : ".");
	file = fopen(path, "re");
	assert_non_null(file);
	n = fread(text, 1, sizeof text, file);
	(void)fclose(file);
	assert_true(n > 0 && n < sizeof text);
	config_free(parse(&(struct config_source){ .name = path, .text = text, .size = n }, 1, ""));

	/* "#key = value" is a line to be used; "# Words." is a comment */
	for (size_t i = 0; i < n; i++)
		if (text[i] != '#' || (i > 0 && text[i - 1] != '\n') || i + 1 == n || text[i + 1] == ' ')
			bare[n_bare++] = text[i];
	config_free(parse(&(struct config_source){ .name = path, .text = bare, .size = n_bare }, 1, ""));
}

/* A look-up takes as long as a hundred lines. */
static void known_users_are_asked_for_once(void **state)
{
	char text[4096] = "";
	size_t n = 0;
	const struct row row = { text, "" };

	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "[queue q%d]\nowner = %s\n", i,
				      i % 3 == 0 ? "billing" : "0");
	n_look_ups = 0;
	check_rows(&row, 1);
	assert_int_equal(n_look_ups, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_fine),
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(files_that_are_not_there_now),
		cmocka_unit_test(the_example_of_the_design_is_right),
		cmocka_unit_test(later_files_override_key_by_key),
		cmocka_unit_test(files_from_elsewhere_are_read),
		cmocka_unit_test(mistakes_of_lines),
		cmocka_unit_test(nul_bytes_are_mistakes),
		cmocka_unit_test(mistakes_of_sections),
		cmocka_unit_test(mistakes_of_keys),
		cmocka_unit_test(mistakes_of_values),
		cmocka_unit_test(mistakes_of_segments_and_semaphores),
		cmocka_unit_test(mistakes_of_fields),
		cmocka_unit_test(channels_of_one_kind_need_keys_of_their_own),
		cmocka_unit_test(observed_channels_are_never_touched),
		cmocka_unit_test(what_is_seldom_meant_is_warned_of),
		cmocka_unit_test(mistakes_over_several_files),
		cmocka_unit_test(twenty_mistakes_in_one_go),
		cmocka_unit_test(the_sample_is_right),
		cmocka_unit_test(known_users_are_asked_for_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
