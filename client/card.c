/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One channel on one card, for people: a line for every column that says something, what is declared beside what is
 * where they differ, the semaphores of a set, and who is blocked. Whatever somebody else could have written (commands,
 * descriptions) is escaped.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/card.h"
#include "client/columns.h"
#include "client/report.h"

#define LABEL_WIDTH 16

void card_done(struct card *card)
{
	declared_done(&card->declared);
	free(card->semaphores);
	*card = (struct card){ 0 };
}

static int print_escaped(const char *text)
{
	char *escaped = report_escape(text, strlen(text));

	if (escaped == NULL)
		return -ENOMEM;
	fputs(escaped, stdout);
	free(escaped);
	return 0;
}

static void print_label(const char *word)
{
	for (size_t n = strlen(word); n < LABEL_WIDTH; n++)
		putchar(' ');
	for (; *word != '\0'; word++)
		putchar(*word == '_' ? ' ' : *word);
	fputs(": ", stdout);
}

/* The process may be gone, and with it its name. */
static int print_command(pid_t pid)
{
	char command[PROCESS_COMMAND_MAX];

	if (process_command(pid, command) < 0) {
		fputs(" (gone)", stdout);
		return 0;
	}
	putchar(' ');
	return print_escaped(command);
}

/*
 * The declared value if it is another than the actual one. They are compared as they are written, without rounding:
 * kipcd may send a key as a number or as a text.
 */
static bool is_declared_otherwise(const struct card *card, const struct column *column,
				  const struct value *actual, const struct value_style *style,
				  struct value *ret_declared)
{
	const struct value_style exact = { .bytes = true, .accounts = style->accounts };
	const struct value *found = declared_find(&card->declared, column->name);
	char one[VALUE_TEXT_MAX], other[VALUE_TEXT_MAX];
	struct value declared;

	if (found == NULL || found->type == VALUE_NONE || found->type == VALUE_LIST ||
	    actual->type == VALUE_NONE)
		return false;
	declared = (struct value){ .type = found->type, .number = found->number, .text = found->text };
	if (declared.type == VALUE_NUMBER)
		declared.type = actual->type; /* which says how it is written */
	if (strcmp(value_to_string(actual, &exact, one, sizeof one),
		   value_to_string(&declared, &exact, other, sizeof other)) == 0)
		return false;
	*ret_declared = declared;
	return true;
}

static bool is_process(const struct column *column)
{
	static const char *const names[] = { "last_sender", "last_receiver", "creator_pid", "last_user" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], column->name) == 0)
			return true;
	return false;
}

static bool is_never(const struct card *card, const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && column->type == VALUE_TIME && card->row->object != NULL &&
	       (column->kinds & card->row->kind) != 0;
}

static int print_value(const struct card *card, const struct column *column, const struct value *value,
		       const struct value_style *style)
{
	char buffer[VALUE_TEXT_MAX];
	struct value declared;
	int r;

	print_label(column->name);
	r = print_escaped(is_never(card, column, value)
				  ? "never"
				  : value_to_string(value, style, buffer, sizeof buffer));
	if (r == 0 && is_process(column))
		r = print_command((pid_t)value->number);
	if (r == 0 && is_declared_otherwise(card, column, value, style, &declared)) {
		fputs(" (declared: ", stdout);
		r = print_escaped(value_to_string(&declared, style, buffer, sizeof buffer));
		putchar(')');
	}
	putchar('\n');
	return r;
}

/* The title has said these. */
static bool is_in_title(const struct column *column)
{
	static const char *const names[] = { "name", "kind", "state", "reason", "description" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], column->name) == 0)
			return true;
	return false;
}

static int print_columns(const struct card *card, const struct value_style *style)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_channel_columns; i++) {
		const struct column *column = &channel_columns[i];
		struct value value = { 0 };

		if ((column->flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY)) != 0 || is_in_title(column))
			continue;
		column->get(column, card->row, &value);
		if (value.type != VALUE_NONE || is_never(card, column, &value))
			r = print_value(card, column, &value, style);
		value_done(&value);
	}
	return r;
}

static int print_title(const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX];
	int r = 0;

	printf("%s: %s%s%s", view_row_to_address(row, address), kipc_kind_to_string(row->kind),
	       row->state != NULL ? ", " : "", row->state != NULL ? row->state : "");
	if (row->reason != NULL && row->reason[0] != '\0') {
		fputs(": ", stdout);
		r = print_escaped(row->reason);
	}
	putchar('\n');
	if (r == 0 && row->description != NULL && row->description[0] != '\0') {
		fputs("    ", stdout);
		r = print_escaped(row->description);
		putchar('\n');
	}
	return r;
}

static int print_semaphores(const struct card *card)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < card->n_semaphores; i++) {
		const struct kipc_semaphore *semaphore = &card->semaphores[i];
		char label[40];

		snprintf(label, sizeof label, "semaphore[%zu]", i);
		print_label(label);
		printf("%d", semaphore->value);
		if (semaphore->waiting > 0)
			printf(", %d waiting", semaphore->waiting);
		if (semaphore->waiting_for_zero > 0)
			printf(", %d waiting for zero", semaphore->waiting_for_zero);
		if (semaphore->pid > 0) {
			printf(", last %d", (int)semaphore->pid);
			r = print_command(semaphore->pid);
		}
		putchar('\n');
	}
	if (card->semaphores_error < 0) {
		print_label("values");
		printf("not visible: %s\n", strerror(-card->semaphores_error));
	}
	return r;
}

static void print_wish(const struct blocked *blocked)
{
	if (blocked->operation != BLOCKED_RECEIVE || blocked->type == 0)
		return;
	if (blocked->type < 0)
		printf(", a type up to %lu", 0UL - (unsigned long)blocked->type);
	else
		printf(", %stype %ld", blocked->not_type ? "not " : "", blocked->type);
}

static int print_blocked(const struct card *card)
{
	const struct blocked_list *list = card->blocked;
	bool has_any = false;
	int r = 0;

	if (list == NULL || card->row->object == NULL || card->row->kind == KIPC_SEGMENT)
		return 0;
	for (size_t i = 0; r == 0 && i < list->n_items; i++) {
		const struct blocked *blocked = &list->items[i];

		if (blocked->kind != card->row->kind || blocked->id != card->row->id)
			continue;
		has_any = true;
		print_label("blocked");
		printf("%d ", (int)blocked->pid);
		r = print_escaped(blocked->command);
		printf(" waits to %s", blocked_operation_to_string(blocked->operation));
		print_wish(blocked);
		if (blocked->tid != blocked->pid)
			printf(" (thread %d)", (int)blocked->tid);
		putchar('\n');
	}
	if (!has_any && list->n_unseen == 0) {
		print_label("blocked");
		puts("nobody");
	}
	if (list->n_unseen > 0) {
		print_label("blocked");
		printf("not visible: %zu process%s that only root (CAP_SYS_PTRACE) may look at\n",
		       list->n_unseen, list->n_unseen == 1 ? "" : "es");
	}
	return r;
}

int card_print(const struct card *card, const struct value_style *style)
{
	int r;

	r = print_title(card->row);
	if (r == 0)
		r = print_columns(card, style);
	if (r == 0)
		r = print_semaphores(card);
	if (r == 0)
		r = print_blocked(card);
	return r;
}
