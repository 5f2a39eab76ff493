/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Runs the checks over what was collected, and keeps their findings. Used by doctor, show and metrics. */

#include "client/doctor/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/grow.h"
#include "client/facts/registries.h"
#include "client/facts/units.h"

const char *const severity_words[] = { "notice", "warning", "danger" };

const struct check *const check_tables[] = {
	queue_checks,  segment_checks, semaphore_checks, leak_checks,	 channel_checks,
	access_checks, daemon_checks,  limit_checks,	 machine_checks, NULL,
};

/* A row that a check suspects. */
struct suspect {
	const struct check *check;
	uint64_t culprit;
	const struct view_row *row;
};

char *findings_text(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return text;
}

/* -- commands -------------------------------------------------------------------------------------------------- */

/* Whether `word` is the name of a command here: at the start, or after what can precede a command. */
static bool begins_command(const char *command, const char *text, const char *word)
{
	static const char *const before[] = { "&& ", "; ", "(", "do ", "sudo " };
	size_t n = strlen(word);

	if (strncmp(text, word, n) != 0 || text[n] != ' ')
		return false;
	if (text == command)
		return true;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n_before = strlen(before[i]);

		if ((size_t)(text - command) >= n_before &&
		    strncmp(text - n_before, before[i], n_before) == 0)
			return true;
	}
	return false;
}

static void print_runtime_dir(const char *folder, FILE *out)
{
	fputs(" --runtime-dir='", out);
	for (const char *p = folder; *p != '\0'; p++)
		fputs(*p == '\'' ? "'\\''" : (const char[]){ *p, '\0' }, out);
	putc('\'', out);
}

/*
 * The options that chose where to look: without them a command would hit an object with the same id elsewhere. Under sudo(8) the
 * user is another, and there is no environment.
 */
static void print_options(const struct invocation *invocation, bool is_root, FILE *out)
{
	const struct options *options = invocation->options;

	if (options->ipc_of != 0)
		fprintf(out, " --ipc-of=%lld", (long long)options->ipc_of);
	if (options_has(options, OPTION_USER) && !is_root)
		fputs(" --user", out);
	if (options_has(options, OPTION_SYSTEM))
		fputs(" --system", out);
	else if (options->runtime_dir != NULL ||
		 (is_root && strcmp(invocation->runtime_dir, KIPC_RUNTIME_PARENT "/kipcd") != 0))
		print_runtime_dir(invocation->runtime_dir, out);
}

/* The command with the options that it needs to mean the same objects; NULL: out of memory. Takes it over. */
static char *command_for_here(const struct invocation *invocation, char *command)
{
	const struct options *options = invocation->options;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL) {
		free(command);
		return NULL;
	}
	for (const char *p = command; *p != '\0'; p++) {
		if (options->ipc_of != 0 && begins_command(command, p, "sysctl"))
			fprintf(out, "nsenter --ipc --target=%lld ", (long long)options->ipc_of);
		if (begins_command(command, p, "kipcctl")) {
			fputs("kipcctl", out);
			print_options(invocation, p >= command + 5 && strncmp(p - 5, "sudo ", 5) == 0, out);
			p += strlen("kipcctl");
		}
		putc(*p, out);
	}
	free(command);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* -- adding ---------------------------------------------------------------------------------------------------- */

void findings_add(struct findings *findings, enum severity severity, const struct check *check,
		  const struct view_row *row, char *evidence, char *command)
{
	bool has_room = grow(&findings->items, findings->n_items, sizeof *findings->items) == 0;

	if (command != NULL && findings->invocation != NULL) {
		command = command_for_here(findings->invocation, command);
		findings->failed |= command == NULL;
	}
	if (!has_room || evidence == NULL) {
		findings->failed = true;
		free(evidence);
		free(command);
		return;
	}
	findings->items[findings->n_items++] = (struct finding){
		.severity = severity,
		.check = check->name,
		.row = row,
		.evidence = evidence,
		.command = command,
	};
}

void findings_suspect(struct findings *findings, const struct check *check, uint64_t culprit,
		      const struct view_row *row)
{
	if (grow(&findings->suspects, findings->n_suspects, sizeof *findings->suspects) < 0) {
		findings->failed = true;
		return;
	}
	findings->suspects[findings->n_suspects++] =
		(struct suspect){ .check = check, .culprit = culprit, .row = row };
}

/* -- examining ------------------------------------------------------------------------------------------------- */

void findings_examine_row(struct findings *findings, const struct view_row *row)
{
	for (const struct check *const *table = check_tables; *table != NULL; table++)
		for (const struct check *check = *table; check->name != NULL; check++)
			if ((check->kinds & row->kind) != 0)
				check->examine_row(findings, check, row);
}

void findings_examine_machine(struct findings *findings)
{
	for (const struct check *const *table = check_tables; *table != NULL; table++)
		for (const struct check *check = *table; check->name != NULL; check++)
			if (check->kinds == 0)
				check->examine_machine(findings, check);
}

void findings_examine_all(struct findings *findings)
{
	for (size_t i = 0; i < findings->view->n_rows; i++)
		findings_examine_row(findings, &findings->view->rows[i]);
	findings_examine_machine(findings);
	findings_conclude(findings);
}

/* -- concluding ------------------------------------------------------------------------------------------------ */

static int compare_suspects(const void *a, const void *b)
{
	const struct suspect *one = a, *other = b;

	if (one->check != other->check)
		return (uintptr_t)one->check < (uintptr_t)other->check ? -1 : 1;
	if (one->culprit != other->culprit)
		return one->culprit < other->culprit ? -1 : 1;
	return one->row < other->row ? -1 : one->row > other->row;
}

/* How many rows, from the first on, have the same check and the same culprit. */
static size_t count_alike(const struct suspect *suspects, size_t n)
{
	size_t n_alike = 1;

	while (n_alike < n && suspects[n_alike].check == suspects->check &&
	       suspects[n_alike].culprit == suspects->culprit)
		n_alike++;
	return n_alike;
}

static void conclude_suspects(struct findings *findings)
{
	const struct view_row **rows;
	size_t n = 0;

	if (findings->n_suspects == 0)
		return;
	qsort(findings->suspects, findings->n_suspects, sizeof *findings->suspects, compare_suspects);
	rows = calloc(findings->n_suspects, sizeof *rows);
	findings->failed |= rows == NULL;
	for (size_t i = 0; rows != NULL && i < findings->n_suspects; i += n) {
		const struct suspect *first = &findings->suspects[i];

		n = count_alike(first, findings->n_suspects - i);
		for (size_t row = 0; row < n; row++)
			rows[row] = first[row].row;
		first->check->conclude(findings, first->check, rows, n);
	}
	free(rows);
	findings->n_suspects = 0;
}

/* Equal ones keep the order of the view. */
static int compare(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;

	if (one->severity != other->severity)
		return one->severity > other->severity ? -1 : 1;
	if (one->row != other->row)
		return one->row == NULL || (other->row != NULL && one->row > other->row) ? 1 : -1;
	return strcmp(one->check, other->check);
}

void findings_conclude(struct findings *findings)
{
	conclude_suspects(findings);
	if (findings->n_items > 0)
		qsort(findings->items, findings->n_items, sizeof *findings->items, compare);
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->n_items; i++) {
		free(findings->items[i].evidence);
		free(findings->items[i].command);
	}
	free(findings->items);
	free(findings->suspects);
	living_users_done(&findings->living_users);
	units_free(findings->units);
	if (findings->registries != NULL)
		registries_done(findings->registries);
	free(findings->registries);
	findings->items = NULL;
	findings->suspects = NULL;
	findings->units = NULL;
	findings->registries = NULL;
	findings->n_items = findings->n_suspects = 0;
	findings->has_living_users = false;
}
