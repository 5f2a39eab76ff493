/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The list of findings, and running the checks over what was collected. Used by doctor and show. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/findings.h"

const char *const severity_words[] = { "notice", "warning", "danger" };

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

/* Where `text` begins a command: at its start, or behind "&&" or "sudo". */
static bool begins_command(const char *command, const char *text, const char *word)
{
	size_t n = strlen(word);

	return strncmp(text, word, n) == 0 && text[n] == ' ' &&
	       (text == command || (text - command >= 3 && strncmp(text - 3, "&& ", 3) == 0) ||
		(text - command >= 5 && strncmp(text - 5, "sudo ", 5) == 0));
}

/* The options that chose where to look: without them a command would hit the object with that id somewhere else. */
static void print_options(const struct options *options, FILE *out)
{
	if (options->ipc_of != 0)
		fprintf(out, " --ipc-of=%lld", (long long)options->ipc_of);
	if (options_has(options, OPTION_USER))
		fputs(" --user", out);
	if (options_has(options, OPTION_SYSTEM))
		fputs(" --system", out);
	if (options->runtime_dir == NULL)
		return;
	fputs(" --runtime-dir='", out);
	for (const char *p = options->runtime_dir; *p != '\0'; p++)
		fputs(*p == '\'' ? "'\\''" : (const char[]){ *p, '\0' }, out);
	putc('\'', out);
}

/* The command as it is to be typed to mean this very machine; NULL when out of memory. Takes it over. */
static char *command_for_here(const struct options *options, char *command)
{
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
			print_options(options, out);
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

void findings_add(struct findings *findings, enum severity severity, const char *check,
		  const struct view_row *row, char *evidence, char *command)
{
	struct finding *items = findings->items;

	if (command != NULL && findings->options != NULL) {
		command = command_for_here(findings->options, command);
		findings->failed |= command == NULL;
	}
	/* Room doubles with the count: 1, 2, 4, 8… */
	if ((findings->n_items & (findings->n_items - 1)) == 0)
		items = reallocarray(items, findings->n_items == 0 ? 1 : findings->n_items * 2,
				     sizeof *items);
	if (items == NULL || evidence == NULL) {
		findings->failed = true;
		free(evidence);
		free(command);
	} else {
		items[findings->n_items++] = (struct finding){
			.severity = severity,
			.check = check,
			.row = row,
			.evidence = evidence,
			.command = command,
		};
	}
	if (items != NULL)
		findings->items = items;
}

void findings_examine_row(struct findings *findings, const struct view_row *row)
{
	for (size_t i = 0; i < n_row_checks; i++)
		if ((row_checks[i].kinds & row->kind) != 0)
			row_checks[i].of_row(findings, row_checks[i].name, row);
}

void findings_examine_machine(struct findings *findings)
{
	for (size_t i = 0; i < n_machine_checks; i++)
		machine_checks[i].of_machine(findings, machine_checks[i].name);
}

/* Equal ones stay in the order of the view. */
static int compare(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;

	if (one->severity != other->severity)
		return one->severity > other->severity ? -1 : 1;
	if (one->row != other->row)
		return one->row == NULL || (other->row != NULL && one->row > other->row) ? 1 : -1;
	return strcmp(one->check, other->check);
}

void findings_sort(struct findings *findings)
{
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
	findings->items = NULL;
	findings->n_items = 0;
}
