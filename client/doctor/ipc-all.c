/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl doctor --ipc-of=all: a child in each IPC namespace prints the verb's JSON, and the results are joined. It takes a child
 * because what a check reads (processes, limits, files in /proc/sys) depends on the namespaces of the process.
 */

#include "client/doctor/ipc-all.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/doctor/findings.h"
#include "client/facts/places.h"
#include "client/facts/view-note.h"
#include "client/facts/view.h"
#include "client/table/table.h"
#include "common/escape.h"
#include "common/plural.h"

struct joining {
	const struct invocation *invocation;
	struct json_object *array; /* of all findings */
	enum status worst;
};

/* -- in the child -------------------------------------------------------------------------------------------- */

/* As if the user had named a process of that namespace, so that the printed commands mean it, too. */
static _Noreturn void examine(const struct invocation *invocation, struct place *place, int fd)
{
	struct options options = *invocation->options;
	struct invocation there = *invocation;

	there.options = &options;
	options.ipc_of = place->is_ours ? 0 : (int64_t)place->pid;
	options.given.has[OPTION_IPC_OF] = !place->is_ours;
	options.json = true;
	options.quiet |= !place->is_ours; /* no note that kipcd does not know that namespace */
	if (dup2(fd, STDOUT_FILENO) < 0)
		_exit(STATUS_FAILED);
	int status = (int)command_doctor(&there);
	fflush(stdout);
	_exit(status);
}

/* -- in the parent ------------------------------------------------------------------------------------------- */

static struct json_object *read_json(int fd)
{
	struct json_object *json = NULL;
	char *text = NULL, buffer[65536];
	size_t size;
	ssize_t n;
	FILE *all = open_memstream(&text, &size);

	while (all != NULL && (n = read(fd, buffer, sizeof buffer)) > 0)
		fwrite(buffer, 1, (size_t)n, all);
	if (all != NULL && fclose(all) == 0)
		json = json_tokener_parse(text);
	free(text);
	return json;
}

static const char *get_text(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));

	return text != NULL ? text : "";
}

/* Findings about the machine come from every namespace. */
static bool is_known(const struct joining *joining, struct json_object *finding)
{
	if (json_object_object_get(finding, "subject") != NULL)
		return false;
	for (size_t i = 0; i < json_object_array_length(joining->array); i++) {
		struct json_object *other = json_object_array_get_idx(joining->array, i);

		if (strcmp(get_text(other, "finding"), get_text(finding, "finding")) == 0 &&
		    strcmp(get_text(other, "evidence"), get_text(finding, "evidence")) == 0)
			return true;
	}
	return false;
}

static int join(struct joining *joining, const struct place *place, struct json_object *findings)
{
	struct value_style style = { 0 };
	struct value name = { 0 };

	if (!json_object_is_type(findings, json_type_array))
		return -EPROTO;
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i), *text;

		value_set_text(&name, place->name);
		if (is_known(joining, finding))
			continue;
		if (value_to_json(&name, &style, &text) < 0 ||
		    json_object_object_add(finding, "namespace", text) < 0 ||
		    json_object_array_add(joining->array, json_object_get(finding)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int examine_place(struct joining *joining, struct place *place)
{
	struct json_object *findings;
	int pipes[2], status, r;
	pid_t child;

	if (place_enter(place) < 0)
		return 0; /* reported by view_note() */
	if (pipe(pipes) < 0)
		return -errno;
	fflush(stdout);
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		close(pipes[0]);
		examine(joining->invocation, place, pipes[1]);
	}
	close(pipes[1]);
	findings = read_json(pipes[0]);
	close(pipes[0]);
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	r = join(joining, place, findings);
	json_object_put(findings);
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_DANGER)
		joining->worst = STATUS_DANGER;
	return r;
}

static void print_escaped(const char *text, const char *end)
{
	escape_print(stdout, text);
	fputs(end, stdout);
}

static void print_text(const struct joining *joining)
{
	size_t n = json_object_array_length(joining->array);

	for (size_t i = 0; i < n; i++) {
		struct json_object *finding = json_object_array_get_idx(joining->array, i);
		const char *subject = get_text(finding, "subject"), *command = get_text(finding, "command");

		print_escaped(get_text(finding, "namespace"), ": ");
		print_escaped(get_text(finding, "severity"), ": ");
		print_escaped(subject[0] != '\0' ? subject : "this machine", ": ");
		print_escaped(get_text(finding, "finding"), "\n    ");
		print_escaped(get_text(finding, "evidence"), command[0] != '\0' ? "\n    $ " : "\n");
		if (command[0] != '\0')
			print_escaped(command, "\n");
	}
	if (n > 0)
		printf("%zu %s\n", n, plural(n, "finding", "findings"));
	else if (!joining->invocation->options->quiet)
		puts("nothing found");
}

/* The most dangerous first, as in one namespace. -ENOMEM. */
static int sort_by_severity(struct joining *joining)
{
	struct json_object *sorted = json_object_new_array();

	for (int severity = SEVERITY_DANGER; sorted != NULL && severity >= SEVERITY_NOTICE; severity--)
		for (size_t i = 0; i < json_object_array_length(joining->array); i++) {
			struct json_object *finding = json_object_array_get_idx(joining->array, i);

			if (strcmp(get_text(finding, "severity"), severity_words[severity]) == 0 &&
			    json_object_array_add(sorted, json_object_get(finding)) < 0) {
				json_object_put(sorted);
				return -ENOMEM;
			}
		}
	if (sorted == NULL)
		return -ENOMEM;
	json_object_put(joining->array);
	joining->array = sorted;
	return 0;
}

enum status ipc_all_doctor(const struct invocation *invocation)
{
	struct joining joining = { .invocation = invocation, .array = json_object_new_array() };
	struct view note = { 0 };
	enum status status;
	int r;

	r = joining.array == NULL ? -ENOMEM : places_read(&note.places);
	for (size_t i = 0; r == 0 && i < note.places.n_items; i++)
		r = examine_place(&joining, &note.places.items[i]);
	if (r == 0)
		r = sort_by_severity(&joining);
	if (r == 0)
		view_note_places(invocation, &note);
	if (r == 0 && invocation->options->json)
		r = table_print_json(joining.array);
	else if (r == 0)
		print_text(&joining);
	status = view_note_status(&note);
	places_done(&note.places);
	json_object_put(joining.array);
	return r < 0			      ? errors_end(invocation, NULL, r)
	       : joining.worst != STATUS_DONE ? joining.worst
					      : status;
}
