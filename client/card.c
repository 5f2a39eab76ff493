/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One channel on one card, for people: a line for every column that says something, what is declared beside what is
 * where they differ, the semaphores of a set, and who is blocked. Whatever somebody else could have written (commands,
 * descriptions) is escaped.
 */

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/card.h"
#include "client/columns.h"
#include "client/report.h"

#define LABEL_WIDTH 17

void card_done(struct card *card)
{
	json_object_put(card->declared);
	free(card->semaphores);
	*card = (struct card){ 0 };
}

static void print_escaped(const char *text)
{
	char *escaped = report_escape(text, strlen(text));

	fputs(escaped != NULL ? escaped : "?", stdout);
	free(escaped);
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
static void print_command(pid_t pid)
{
	char command[PROCESS_COMMAND_MAX];

	if (process_command(pid, command) < 0) {
		fputs(" (gone)", stdout);
		return;
	}
	putchar(' ');
	print_escaped(command);
}

/* Where the declared value is another than the actual one. */
static void print_declared(const struct card *card, const struct column *column, const struct value *actual,
			   struct value_style *style)
{
	struct json_object *wanted = json_object_object_get(card->declared, column->name), *is = NULL;
	struct value declared = { 0 };
	char buffer[VALUE_TEXT_MAX];

	/* A list is where a semaphore set starts from, not where it stays. */
	if (wanted == NULL || json_object_is_type(wanted, json_type_array) ||
	    value_to_json(actual, style, &is) < 0)
		return;
	if (!json_object_equal(is, wanted)) {
		if (json_object_is_type(wanted, json_type_int))
			value_set_number(&declared, actual->type, json_object_get_uint64(wanted));
		else
			value_set_text(&declared, json_object_get_string(wanted));
		fputs(" (declared: ", stdout);
		print_escaped(value_to_string(&declared, style, buffer, sizeof buffer));
		putchar(')');
	}
	json_object_put(is);
}

/* A time that could be known, and has not come. */
static bool is_never(const struct card *card, const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && column->type == VALUE_TIME && card->row->object != NULL &&
	       (column->kinds & card->row->kind) != 0;
}

static void print_column(const struct card *card, const struct column *column, struct value_style *style)
{
	struct value value = { 0 };
	char buffer[VALUE_TEXT_MAX];

	column->get(column, card->row, &value);
	if (is_never(card, column, &value))
		value_set_text(&value, "never");
	if (value.type == VALUE_NONE)
		return;
	print_label(column->name);
	print_escaped(value_to_string(&value, style, buffer, sizeof buffer));
	if (value.type == VALUE_PID)
		print_command((pid_t)value.number);
	print_declared(card, column, &value, style);
	putchar('\n');
	value_done(&value);
}

static void print_title(const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX];

	printf("%s: %s%s%s", view_row_to_address(row, address), kipc_kind_to_string(row->kind),
	       row->state != NULL ? ", " : "", row->state != NULL ? row->state : "");
	if (row->reason != NULL && row->reason[0] != '\0') {
		fputs(": ", stdout);
		print_escaped(row->reason);
	}
	putchar('\n');
	if (row->description != NULL && row->description[0] != '\0') {
		fputs("    ", stdout);
		print_escaped(row->description);
		putchar('\n');
	}
}

static void print_semaphores(const struct card *card)
{
	for (size_t i = 0; i < card->n_semaphores; i++) {
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
			print_command(semaphore->pid);
		}
		putchar('\n');
	}
	if (card->semaphores_error < 0) {
		print_label("values");
		printf("not visible: %s\n", strerror(-card->semaphores_error));
	}
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

static void print_blocked(const struct card *card)
{
	const struct blocked_list *list = card->blocked;
	bool has_any = false;

	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n_items; i++) {
		const struct blocked *blocked = &list->items[i];

		if (!blocked_is_on(blocked, card->row->object))
			continue;
		has_any = true;
		print_label("blocked");
		printf("%d ", (int)blocked->pid);
		print_escaped(blocked->command);
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
}

void card_print(const struct card *card, struct value_style *style)
{
	print_title(card->row);
	for (size_t i = 0; i < n_channel_columns; i++)
		if ((channel_columns[i].flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY | COLUMN_IN_TITLE)) == 0)
			print_column(card, &channel_columns[i], style);
	print_semaphores(card);
	print_blocked(card);
}
