/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl doctor: everything that the checks find, the most dangerous first, each with the evidence and the command that fixes it.
 * One view, one pass over /proc, one look at the limits. The exit status is 8 if something dangerous was found, or a warning with
 * --fail-on=warning.
 */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/doctor/findings.h"
#include "client/doctor/ipc-all.h"
#include "client/facts/view-note.h"
#include "client/table/color.h"
#include "client/table/table.h"
#include "common/escape.h"
#include "common/plural.h"

static const char *subject_of(const struct finding *finding, char buffer[static VIEW_ADDRESS_MAX])
{
	return finding->row != NULL ? view_row_to_address(finding->row, buffer) : "this machine";
}

static void print_text(const struct findings *findings)
{
	static const char *const colors[] = { "", COLOR_BEGIN_YELLOW, COLOR_BEGIN_RED };
	bool may_color = color_is_wanted();
	size_t counts[3] = { 0 };

	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *finding = &findings->items[i];
		char address[VIEW_ADDRESS_MAX];

		counts[finding->severity]++;
		printf("%s%s%s: %s: %s\n    ", may_color ? colors[finding->severity] : "",
		       severity_words[finding->severity], may_color ? COLOR_END : "",
		       subject_of(finding, address), finding->check);
		escape_print(stdout, finding->evidence);
		if (finding->command != NULL) {
			fputs("\n    $ ", stdout);
			escape_print(stdout, finding->command);
		}
		putchar('\n');
	}
	if (findings->n_items == 0)
		puts("nothing found");
	else
		printf("%zu %s: %zu %s, %zu %s, %zu %s\n", findings->n_items,
		       plural(findings->n_items, "finding", "findings"), counts[SEVERITY_DANGER],
		       plural(counts[SEVERITY_DANGER], "danger", "dangers"), counts[SEVERITY_WARNING],
		       plural(counts[SEVERITY_WARNING], "warning", "warnings"), counts[SEVERITY_NOTICE],
		       plural(counts[SEVERITY_NOTICE], "notice", "notices"));
}

/* A finding's columns, for its JSON. */
static void get_severity(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, severity_words[((const struct finding *)row)->severity]);
}

static void get_subject(const struct column *column, const void *row, struct value *value)
{
	char address[VIEW_ADDRESS_MAX];

	if (((const struct finding *)row)->row != NULL)
		value_set_format(value, "%s", subject_of(row, address));
}

#define FINDING(member) column_get_member, COLUMN_MEMBER(struct finding, member), .type = VALUE_TEXT

static const struct column columns[] = {
	{ "severity", NULL, NULL, 0, get_severity },	{ "finding", NULL, NULL, 0, FINDING(check) },
	{ "subject", NULL, NULL, 0, get_subject },	{ "evidence", NULL, NULL, 0, FINDING(evidence) },
	{ "command", NULL, NULL, 0, FINDING(command) },
};

static int print_json(const struct findings *findings)
{
	struct json_object *array = json_object_new_array();
	struct value_style style = { 0 };
	int r = array == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < findings->n_items; i++) {
		struct json_object *object = json_object_new_object();

		if (object == NULL || json_object_array_add(array, object) < 0) {
			json_object_put(object);
			r = -ENOMEM;
		}
		for (size_t n = 0; r == 0 && n < sizeof columns / sizeof *columns; n++)
			r = column_add_to_json(&columns[n], &findings->items[i], &style, object);
	}
	if (r == 0)
		r = table_print_json(array);
	json_object_put(array);
	return r;
}

/* 8 if something as bad as --fail-on says was found. */
static enum status judge(const struct options *options, const struct findings *findings)
{
	enum severity limit = options->fail_on != NULL && strcmp(options->fail_on, "warning") == 0
				      ? SEVERITY_WARNING
				      : SEVERITY_DANGER;

	return findings->n_items > 0 && findings->items[0].severity >= limit ? STATUS_DANGER : STATUS_DONE;
}

static enum status print(const struct invocation *invocation, const struct findings *findings)
{
	int r = 0;

	if (findings->failed)
		r = -ENOMEM;
	else if (invocation->options->json)
		r = print_json(findings);
	else if (!invocation->options->quiet || findings->n_items > 0)
		print_text(findings);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	return judge(invocation->options, findings);
}

enum status command_doctor(const struct invocation *invocation)
{
	CLEANUP_VIEW struct view *view = NULL;
	CLEANUP_PROCESSES struct processes processes = { 0 };
	CLEANUP_ACCOUNTS struct accounts accounts = { 0 };
	struct kipc_limits limits;
	CLEANUP_FINDINGS struct findings findings = {
		.processes = &processes,
		.limits = &limits,
		.root = "",
		.accounts = &accounts,
		.invocation = invocation,
		.now = time(NULL),
	};
	int r;

	if (invocation->options->ipc_of == IPC_OF_ALL)
		return ipc_all_doctor(invocation);
	r = view_read(invocation, &view);
	if (r == 0)
		r = processes_read(&processes);
	if (r == 0)
		r = kipc_limits(&limits);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	view_note(invocation, view);
	findings.view = view;
	findings_examine_all(&findings);
	return print(invocation, &findings);
}
