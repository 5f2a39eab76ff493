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

void findings_add(struct findings *findings, enum severity severity, const char *check,
		  const struct view_row *row, char *evidence, char *command)
{
	struct finding *items = findings->items;

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
