/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which files make up the configuration, in which order, and which are refused. In a folder of its own under
 * /tmp.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config/parse.h"
#include "daemon/config/source.h"

static char folder[] = "/tmp/kipc-test-source-XXXXXX";

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return -1;
	umask(022);
	return 0;
}

static int tear_down(void **state)
{
	if (chdir("/") < 0)
		return -1;
	run("rm -rf %s", folder);
	return 0;
}

static int empty_folder(void **state)
{
	run("rm -rf %s/* && mkdir main.conf.d run run/kipcd.conf.d", folder);
	return 0;
}

/* Reads, and compares the names of the files, each followed by a blank, and the problems. */
static void check(bool must_exist, const char *expected_files, const char *expected_problems)
{
	struct problems problems = PROBLEMS_INIT;
	struct config_source *sources;
	char files[1024] = "", *said;
	size_t n_sources, n = 0;

	assert_int_equal(source_list_read("main.conf", must_exist, geteuid(), "run", geteuid(), &problems,
					  &sources, &n_sources),
			 0);
	for (size_t i = 0; i < n_sources; i++) {
		n += (size_t)snprintf(files + n, sizeof files - n, "%s ", sources[i].name);
		assert_int_equal(sources[i].text[sources[i].size], '\0');
		assert_int_equal(sources[i].runtime_layer, strncmp(sources[i].name, "run/", 4) == 0);
	}
	said = problems_to_string(&problems, true);
	assert_string_equal(files, expected_files);
	assert_string_equal(said, expected_problems);
	free(said);
	problems_done(&problems);
	assert_null(source_list_free(sources, n_sources));
}

static void no_file_is_fine(void **state)
{
	check(false, "", "");
	run("rm -r main.conf.d run");
	check(false, "", "");
	check(true, "", "main.conf: cannot be opened: No such file or directory\n");
}

static void files_are_read_in_order(void **state)
{
	run("touch main.conf main.conf.d/b.conf main.conf.d/a.conf main.conf.d/B.conf main.conf.d/10.conf");
	run("touch run/kipcd.conf.d/a.conf main.conf.d/.hidden.conf main.conf.d/a.conf~ main.conf.d/.conf");
	run("mkdir main.conf.d/folder");
	check(true,
	      "main.conf main.conf.d/10.conf main.conf.d/B.conf main.conf.d/a.conf main.conf.d/b.conf "
	      "run/kipcd.conf.d/a.conf ",
	      "");
}

static void texts_are_whole(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	struct config_source *sources;
	size_t n_sources;

	run("printf '[queue q]\\0\\n' > main.conf; seq 100000 > main.conf.d/long.conf");
	assert_int_equal(
		source_list_read("main.conf", true, geteuid(), NULL, 0, &problems, &sources, &n_sources), 0);
	assert_int_equal(problems.n_items, 0);
	assert_int_equal(n_sources, 2);
	assert_int_equal(sources[0].size, 11);
	assert_memory_equal(sources[0].text, "[queue q]\0\n", 12);
	assert_int_equal(sources[1].size, 588895);
	assert_string_equal(sources[1].text + sources[1].size - 7, "100000\n");
	source_list_free(sources, n_sources);
	problems_done(&problems);
}

static void what_others_may_write_is_refused(void **state)
{
	run("touch main.conf main.conf.d/a.conf main.conf.d/b.conf main.conf.d/c.conf");
	run("chmod 0664 main.conf.d/a.conf; chmod 0646 main.conf.d/b.conf");
	check(true, "main.conf main.conf.d/c.conf ",
	      "main.conf.d/a.conf: other users can write the file (mode 0664); run 'chmod go-w "
	      "main.conf.d/a.conf'\n"
	      "main.conf.d/b.conf: other users can write the file (mode 0646); run 'chmod go-w "
	      "main.conf.d/b.conf'\n");
	run("chmod 1777 main.conf.d");
	check(true, "main.conf ",
	      "main.conf.d: other users can write the folder (mode 1777); run 'chmod go-w "
	      "main.conf.d'\n");
}

/* Only root can give a file away: main() leaves this one out for others. */
static void what_belongs_to_others_is_refused(void **state)
{
	run("touch main.conf main.conf.d/a.conf && chown 1 main.conf && chown 2 run/kipcd.conf.d");
	check(true, "main.conf.d/a.conf ",
	      "main.conf: the file is owned by uid 1; chown it to root\n"
	      "run/kipcd.conf.d: the folder is owned by uid 2; chown it to root\n");
}

static void what_is_no_file_is_a_mistake(void **state)
{
	run("mkdir main.conf main.conf.d/a.conf; mkfifo main.conf.d/b.conf; ln -s nowhere "
	    "main.conf.d/c.conf");
	run("ln -s /dev/zero main.conf.d/d.conf; ln -s e.conf main.conf.d/e.conf; touch main.conf.d/f");
	run("ln -s f main.conf.d/f.conf; truncate -s 65M main.conf.d/g.conf");
	check(true, "main.conf.d/f.conf ",
	      "main.conf: is a folder; move it elsewhere\nmain.conf.d/a.conf: is a folder; move it "
	      "elsewhere\nmain.conf.d/b.conf: is not a regular file; replace it with "
	      "one\nmain.conf.d/c.conf: cannot be opened: No such file or directory\nmain.conf.d/d.conf: is "
	      "not a regular file; replace it with one\nmain.conf.d/e.conf: cannot be opened: Too many "
	      "levels of symbolic links\nmain.conf.d/g.conf: is larger than 64M, the limit of a "
	      "configuration\n");
	run("rm -r main.conf.d && touch main.conf.d");
	check(true, "",
	      "main.conf: is a folder; move it elsewhere\n"
	      "main.conf.d: the folder cannot be opened: Not a directory\n");
}

/* Mistakes in reading and in the text are reported together, in the order of the files. */
static void all_mistakes_are_told_at_once(void **state)
{
	struct problems problems = PROBLEMS_INIT;
	struct config_source *sources;
	struct config *config = NULL;
	size_t n_sources;
	char *said;

	run("printf '[queue q]\\nmode = 8\\n' > main.conf; mkdir main.conf.d/a.conf");
	run("printf '[queue r]\\n' > main.conf.d/b.conf; printf '[queue' > main.conf.d/c.conf");
	assert_int_equal(
		source_list_read("main.conf", true, geteuid(), NULL, 0, &problems, &sources, &n_sources), 0);
	assert_int_equal(config_parse(sources, n_sources, &config_world_of_this_machine, &problems, &config),
			 -EBADMSG);
	assert_null(config);
	said = problems_to_string(&problems, false);
	assert_string_equal(
		said,
		"main.conf:2: [queue q] mode: '8' is not an octal mode like 0660\n"
		"main.conf.d/a.conf: is a folder; move it elsewhere\n"
		"main.conf.d/c.conf:1: [queue]: the name is missing; write [queue NAME]\n"
		"main.conf.d/c.conf:1: [queue]: ']' is missing at the end of the line; write [queue]\n");
	free(said);
	source_list_free(sources, n_sources);
	problems_done(&problems);
}

/* clang-format off */
#define FOR_EVERYBODY                                                           \
	cmocka_unit_test_setup(no_file_is_fine, empty_folder),                  \
	cmocka_unit_test_setup(files_are_read_in_order, empty_folder),          \
	cmocka_unit_test_setup(texts_are_whole, empty_folder),                  \
	cmocka_unit_test_setup(what_others_may_write_is_refused, empty_folder), \
	cmocka_unit_test_setup(what_is_no_file_is_a_mistake, empty_folder),     \
	cmocka_unit_test_setup(all_mistakes_are_told_at_once, empty_folder)
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = { FOR_EVERYBODY };
	const struct CMUnitTest as_root[] = {
		FOR_EVERYBODY,
		cmocka_unit_test_setup(what_belongs_to_others_is_refused, empty_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (geteuid() == 0)
		return cmocka_run_group_tests(as_root, set_up, tear_down);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
