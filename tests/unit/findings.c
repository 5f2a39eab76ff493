/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Findings on machines that a test cannot provide: logind's settings from files in a folder, and limits from numbers. */

#undef NDEBUG
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/doctor/findings.h"

#define DEFAULT_SEATS "/run/systemd/seats"

static char root[] = "/tmp/kipc-findings.XXXXXX";

/* Folders and all; content NULL: only the folders. */
static void put_file(const char *path, const char *content)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
	file = content != NULL ? fopen(full, "w") : NULL;
	if (content == NULL)
		return;
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static const struct {
	const char *name;
	const char *etc, *drop_in, *usr;
	uid_t uid;
	bool is_found;
} logind_cases[] = {
	{ "yes is the default", NULL, NULL, NULL, 1000, true },
	{ "a commented line says nothing", "[Login]\n#RemoveIPC=no\n", NULL, NULL, 1000, true },
	{ "no", "[Login]\nRemoveIPC=no\n", NULL, NULL, 1000, false },
	{ "off, with blanks", "[Login]\n RemoveIPC = off \n", NULL, NULL, 1000, false },
	{ "in another section it means nothing", "[Other]\nRemoveIPC=no\n", NULL, NULL, 1000, true },
	{ "a drop-in goes before", "[Login]\nRemoveIPC=yes\n", "[Login]\nRemoveIPC=no\n", NULL, 1000, false },
	{ "and the other way round", "[Login]\nRemoveIPC=no\n", "[Login]\nRemoveIPC=true\n", NULL, 1000,
	  true },
	{ "/etc goes before /usr/lib", "[Login]\nRemoveIPC=1\n", NULL, "[Login]\nRemoveIPC=no\n", 1000,
	  true },
	{ "/usr/lib counts too", NULL, NULL, "[Login]\nRemoveIPC=0\n", 1000, false },
	{ "a system user is safe", NULL, NULL, NULL, 999, false },
	{ "so is nobody", NULL, NULL, NULL, 65534, false },
};

static void remove_file(const char *path)
{
	char full[256];

	snprintf(full, sizeof full, "%s%s", root, path);
	(void)unlink(full);
}

static bool finds(struct findings *findings, const char *check)
{
	for (size_t i = 0; i < findings->n_items; i++)
		if (strcmp(findings->items[i].check, check) == 0)
			return true;
	return false;
}

static void examine(struct findings *findings, struct view *view, struct kipc_limits *limits,
		    struct accounts *accounts)
{
	static const struct processes nobody = { 0 };

	*findings = (struct findings){
		.view = view,
		.processes = &nobody,
		.limits = limits,
		.root = root,
		.accounts = accounts,
		.now = time(NULL),
	};
	findings_examine_machine(findings);
	assert_false(findings->failed);
}

static void logind(void **state)
{
	size_t n = (size_t)(uintptr_t)*state;
	struct kipc_object object = { .kind = KIPC_QUEUE, .key = 1, .uid = logind_cases[n].uid };
	struct view_row row = { .kind = KIPC_QUEUE, .object = &object };
	struct view view = { .rows = &row, .n_rows = 1 };
	struct kipc_limits limits = {
		.msgmni = 100, .shmmni = 100, .shmall = 100, .semmni = 100, .semmns = 100
	};
	struct accounts accounts = { 0 };
	struct findings findings;

	remove_file("/etc/systemd/logind.conf");
	remove_file("/etc/systemd/logind.conf.d/50-x.conf");
	remove_file("/usr/lib/systemd/logind.conf");
	put_file(DEFAULT_SEATS "/", NULL);
	if (logind_cases[n].etc != NULL)
		put_file("/etc/systemd/logind.conf", logind_cases[n].etc);
	if (logind_cases[n].drop_in != NULL)
		put_file("/etc/systemd/logind.conf.d/50-x.conf", logind_cases[n].drop_in);
	if (logind_cases[n].usr != NULL)
		put_file("/usr/lib/systemd/logind.conf", logind_cases[n].usr);
	examine(&findings, &view, &limits, &accounts);
	assert_int_equal(finds(&findings, "remove-ipc"), logind_cases[n].is_found);
	if (logind_cases[n].is_found) /* a folder that Debian does not have */
		assert_memory_equal(findings.items[0].command, "mkdir -p ", 9);
	findings_done(&findings);
	accounts_done(&accounts);
}

static void limits_are_ranked(void **state)
{
	struct view view = { 0 };
	struct kipc_limits limits = {
		.msgmni = 100,
		.queues = 79,
		.shmmni = 100,
		.segments = 80,
		.shmall = 100,
		.segment_pages = 95,
		.semmni = 100,
		.semaphore_sets = 100,
		.semmns = UINT64_MAX,
		.semaphores = 1,
	};
	struct accounts accounts = { 0 };
	struct findings findings;

	examine(&findings, &view, &limits, &accounts);
	findings_conclude(&findings);
	assert_int_equal(findings.n_items, 3);
	assert_int_equal(findings.items[0].severity, SEVERITY_DANGER);
	assert_int_equal(findings.items[1].severity, SEVERITY_DANGER);
	assert_int_equal(findings.items[2].severity, SEVERITY_WARNING);
	assert_string_equal(findings.items[2].evidence, "shmmni: 80 of 100 segments are in use");
	assert_string_equal(findings.items[2].command, "sysctl -w kernel.shmmni=200");
	findings_done(&findings);
	accounts_done(&accounts);
}

/* It is sent to every day, and was last read longer ago. */
static void an_unread_queue_is_found(void **state)
{
	static const struct processes nobody = { 0 };
	struct kipc_object object = {
		.kind = KIPC_QUEUE,
		.mode = 0600,
		.key = 1,
		.ctime = time(NULL) - 3 * 86400,
		.queue = { .messages = 1, .bytes = 1, .capacity = 100, .stime = time(NULL) },
	};
	struct view_row row = { .kind = KIPC_QUEUE, .object = &object };
	struct accounts accounts = { 0 };
	struct findings findings = {
		.processes = &nobody, .root = root, .accounts = &accounts, .now = time(NULL)
	};

	findings_examine_row(&findings, &row);
	findings_conclude(&findings);
	assert_true(finds(&findings, "orphan-queue"));
	findings_done(&findings);
	object.queue.rtime = time(NULL) - 60;
	findings_examine_row(&findings, &row);
	findings_conclude(&findings);
	assert_false(finds(&findings, "orphan-queue"));
	findings_done(&findings);
	accounts_done(&accounts);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
	return remove(path);
}

int main(void)
{
	struct CMUnitTest tests[sizeof logind_cases / sizeof *logind_cases + 2];
	size_t n = 0;
	int status;

	if (mkdtemp(root) == NULL)
		return 99;
	for (; n < sizeof logind_cases / sizeof *logind_cases; n++)
		tests[n] = (struct CMUnitTest){
			.name = logind_cases[n].name,
			.test_func = logind,
			.initial_state = (void *)(uintptr_t)n,
		};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(limits_are_ranked);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(an_unread_queue_is_found);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0 ? status : 99;
}
