/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The card of one channel, as text: a line for each column that has a value, the declared value beside the actual one if they
 * differ, the semaphores of a set, the processes that have it attached or are blocked on it. Everything that another user could
 * have written (commands, units, descriptions) is escaped.
 */

#include "client/see/card.h"

#include <errno.h>
#include <json-c/json.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/columns.h"
#include "client/facts/look.h"
#include "client/facts/series.h"
#include "common/escape.h"
#include "common/plural.h"

#define LABEL_WIDTH 17
#define BAR_WIDTH 20
#define SPARK_PLACES 40

/* Where a card is printed, and how. */
struct print {
	const struct card *card;
	struct value_style *style;
	FILE *out;
};

void card_done(struct card *card)
{
	json_object_put(card->declared);
	free(card->semaphores);
	free(card->history);
	*card = (struct card){ 0 };
}

static void print_escaped(const struct print *print, const char *text)
{
	char *escaped = escape_text(text, strlen(text));

	fputs(escaped != NULL ? escaped : "?", print->out);
	free(escaped);
}

static void print_label(const struct print *print, const char *word)
{
	for (size_t n = strlen(word); n < LABEL_WIDTH; n++)
		putc(' ', print->out);
	for (; *word != '\0'; word++)
		putc(*word == '_' ? ' ' : *word, print->out);
	fputs(": ", print->out);
}

/* The declared value, if it differs from the actual one. */
static void print_declared(const struct print *print, const struct column *column, const struct value *actual)
{
	struct json_object *wanted = json_object_object_get(print->card->declared, column->name), *is = NULL;
	struct value declared = { 0 };
	char buffer[VALUE_TEXT_MAX];

	/* A list has the starting values of a semaphore set, which change. */
	if (wanted == NULL || json_object_is_type(wanted, json_type_array) ||
	    value_to_json(actual, print->style, &is) < 0)
		return;
	if (!json_object_equal(is, wanted)) {
		if (json_object_is_type(wanted, json_type_int))
			value_set_number(&declared, actual->type, json_object_get_uint64(wanted));
		else
			value_set_text(&declared, json_object_get_string(wanted));
		fputs(" (declared: ", print->out);
		print_escaped(print, value_to_string(&declared, print->style, buffer));
		putc(')', print->out);
	}
	json_object_put(is);
}

/* A bar as long as it is full. */
static void print_bar(const struct print *print, uint64_t percent)
{
	bool has_blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	uint64_t n = (percent > 100 ? 100 : percent) * BAR_WIDTH / 100;

	fputs("  ", print->out);
	for (uint64_t i = 0; i < BAR_WIDTH; i++)
		fputs(i < n ? (has_blocks ? "█" : "#") : (has_blocks ? "░" : "."), print->out);
}

/* A time of something that has not happened yet. */
static bool is_never(const struct card *card, const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && column->type == VALUE_TIME && card->row->object != NULL &&
	       (column->kinds & card->row->kind) != 0;
}

static void print_column(const struct print *print, const struct column *column)
{
	struct value value = { 0 };
	char buffer[VALUE_TEXT_MAX];

	column->get(column, print->card->row, &value);
	if (is_never(print->card, column, &value))
		value_set_text(&value, "never");
	if (value.type == VALUE_NONE)
		return;
	print_label(print, column->name);
	if (value.type == VALUE_PID)
		process_print_pid(print->out, (pid_t)value.number);
	else
		print_escaped(print, value_to_string(&value, print->style, buffer));
	print_declared(print, column, &value);
	if (value.type == VALUE_PERCENT)
		print_bar(print, value.number);
	putc('\n', print->out);
	value_done(&value);
}

static void print_title(const struct print *print)
{
	const struct view_row *row = print->card->row;
	char address[VIEW_ADDRESS_MAX];

	fprintf(print->out, "%s: %s%s%s", view_row_to_address(row, address), kipc_kind_to_string(row->kind),
		row->state != NULL ? ", " : "", row->state != NULL ? row->state : "");
	if (row->reason != NULL && row->reason[0] != '\0') {
		fputs(": ", print->out);
		print_escaped(print, row->reason);
	}
	putc('\n', print->out);
	if (row->description != NULL && row->description[0] != '\0') {
		fputs("    ", print->out);
		print_escaped(print, row->description);
		putc('\n', print->out);
	}
}

/* What may not be read, and what right it takes. */
static void print_kept_back(const struct print *print, const char *what, int error)
{
	print_label(print, what);
	if (error == -EACCES)
		fputs("not visible: its mode does not let you read it; root (CAP_IPC_OWNER) can\n",
		      print->out);
	else
		fprintf(print->out, "not visible: %s\n", strerror(-error));
}

/* Its figures are columns if they can be read. */
static void print_ring(const struct print *print)
{
	struct ring_figures *ring = print->card->row->ring;

	if (ring != NULL && ring_figures_get(ring) == NULL)
		print_kept_back(print, "messages", ring->error);
}

/* Says how many messages the columns cover, if not all. */
static void print_look(const struct print *print)
{
	const struct look *look = print->card->row->look;
	const struct kipc_object *object = print->card->row->object;

	if (look == NULL || object == NULL)
		return;
	if (look->error < 0) {
		print_kept_back(print, "types", look->error);
	} else if (look->n_looked < object->queue.messages) {
		print_label(print, "looked_at");
		fprintf(print->out, "the first %llu of %llu messages, for types, smallest and largest\n",
			(unsigned long long)look->n_looked, (unsigned long long)object->queue.messages);
	}
}

static void print_semaphores(const struct print *print)
{
	const struct card *card = print->card;

	for (size_t i = 0; i < card->n_semaphores; i++) {
		const struct kipc_semaphore *semaphore = &card->semaphores[i];
		char label[40];

		snprintf(label, sizeof label, "semaphore[%zu]", i);
		print_label(print, label);
		fprintf(print->out, "%d", semaphore->value);
		if (semaphore->waiting > 0)
			fprintf(print->out, ", %d waiting", semaphore->waiting);
		if (semaphore->waiting_for_zero > 0)
			fprintf(print->out, ", %d waiting for zero", semaphore->waiting_for_zero);
		if (semaphore->pid > 0) {
			fputs(", last ", print->out);
			process_print_pid(print->out, semaphore->pid);
		}
		putc('\n', print->out);
	}
	if (card->semaphores_error < 0)
		print_kept_back(print, "values", card->semaphores_error);
}

/* What else kipcd does with it, which does not show in the object. */
static void print_care(const struct print *print)
{
	struct json_object *warn_at = json_object_object_get(print->card->declared, "warn_at");

	if (warn_at != NULL) {
		print_label(print, "warn_at");
		fprintf(print->out, "%d%%\n", json_object_get_int(warn_at));
	}
	if (json_object_get_boolean(json_object_object_get(print->card->declared, "activate"))) {
		print_label(print, "activate");
		fputs("yes\n", print->out);
	}
}

/* Its declared fields; `kipcctl get` prints their values. */
static void print_fields(const struct print *print)
{
	struct json_object *fields = json_object_object_get(print->card->declared, "fields");
	char label[KIPC_NAME_MAX + sizeof "field."];

	if (fields == NULL)
		return;
	json_object_object_foreach(fields, name, type)
	{
		snprintf(label, sizeof label, "field.%s", name);
		print_label(print, label);
		print_escaped(print, json_object_get_string(type));
		putc('\n', print->out);
	}
}

static const char *text_of(struct json_object *object, const char *member)
{
	const char *text = json_object_get_string(json_object_object_get(object, member));

	return text != NULL ? text : "";
}

/* The declared values that are overridden, and what overrides them. */
static void print_overrides(const struct print *print)
{
	struct json_object *overrides = json_object_object_get(print->card->declared, "overrides"), *item;
	char *text;

	for (size_t i = 0; overrides != NULL && i < json_object_array_length(overrides); i++) {
		item = json_object_array_get_idx(overrides, i);
		print_label(print, "overridden");
		if (asprintf(&text, "%s = %s in %s is overridden by '%s' (%s)", text_of(item, "key"),
			     text_of(item, "declared"), text_of(item, "declared_in"), text_of(item, "by"),
			     text_of(item, "value")) < 0)
			text = NULL;
		print_escaped(print, text != NULL ? text : "");
		putc('\n', print->out);
		free(text);
	}
}

static bool is_overridden(const struct print *print, const char *key)
{
	struct json_object *overrides = json_object_object_get(print->card->declared, "overrides");

	for (size_t i = 0; overrides != NULL && i < json_object_array_length(overrides); i++)
		if (strcmp(text_of(json_object_array_get_idx(overrides, i), "key"), key) == 0)
			return true;
	return false;
}

/* The origin of each value that comes from another file than the section, or from kipcctl. */
static void print_origins(const struct print *print)
{
	struct json_object *origins = json_object_object_get(print->card->declared, "origins");
	const char *first = text_of(print->card->declared, "origin");
	char label[64];

	if (origins == NULL)
		return;
	json_object_object_foreach(origins, key, place)
	{
		const char *text = json_object_get_string(place);

		if (strncmp(text, first, strlen(first)) == 0 || is_overridden(print, key))
			continue;
		snprintf(label, sizeof label, "origin of %s", key);
		print_label(print, label);
		print_escaped(print, text);
		putc('\n', print->out);
	}
}

/* The last minutes as kipcd has kept them, and the rate in that time. */
static void print_history(const struct print *print)
{
	const struct history *history = print->card->history;
	double seconds = (double)print->card->history_interval / 1e6;
	char spark[SPARK_PLACES * SPARK_BYTES + 1];
	uint64_t passed = 0;

	if (history == NULL || history->n < 2)
		return;
	for (size_t i = 1; i < history->n; i++)
		passed += history_get(history, i)->passed;
	series_spark(history, false, SPARK_PLACES, strcmp(nl_langinfo(CODESET), "UTF-8") == 0, spark);
	print_label(print, "history");
	seconds *= (double)(history->n - 1);
	fprintf(print->out, "%s  the last %.*f s\n", spark, seconds < 10 ? 1 : 0, seconds);
	if (print->card->row->ring == NULL)
		return;
	print_label(print, "rate");
	fprintf(print->out, "%.0f messages/s received\n", (double)passed / seconds);
}

/* -- its users --------------------------------------------------------------------------------------------- */

static void print_attachment(const struct print *print, const struct attachment *attachment)
{
	const struct process *process = &print->card->processes->items[attachment->process];

	print_label(print, "attached by");
	process_print(print->out, process->pid, process->command, process->unit);
	fputs(attachment->can_write ? ", read-write" : ", read-only", print->out);
	if (attachment->n_mappings > 1)
		fprintf(print->out, ", %u times", attachment->n_mappings);
	if (process->is_elsewhere)
		fputs(", apparently from another IPC namespace", print->out);
	putc('\n', print->out);
}

static void print_attached(const struct print *print)
{
	const struct kipc_object *object = print->card->row->object;
	const struct attachment *attachments;
	uint64_t n_mappings = 0;
	size_t n;

	if (print->card->processes == NULL || object->kind != KIPC_SEGMENT || object->segment.attached == 0)
		return;
	attachments = processes_attached(print->card->processes, object, &n);
	for (size_t i = 0; i < n; i++) {
		print_attachment(print, &attachments[i]);
		n_mappings += attachments[i].n_mappings;
	}
	if (n_mappings >= object->segment.attached)
		return;
	print_label(print, "attached by");
	fprintf(print->out, "not visible: %llu of %llu %s; root (CAP_SYS_PTRACE) can see them\n",
		(unsigned long long)(object->segment.attached - n_mappings),
		(unsigned long long)object->segment.attached,
		plural(object->segment.attached, "mapping", "mappings"));
}

static void print_wish(const struct print *print, const struct blocked *blocked)
{
	if (blocked->operation == BLOCKED_OPERATE && blocked->semaphore >= 0 && blocked->change == 0)
		fprintf(print->out, " on semaphore[%d], until it is 0", blocked->semaphore);
	else if (blocked->operation == BLOCKED_OPERATE && blocked->semaphore >= 0)
		fprintf(print->out, " on semaphore[%d], by %+d", blocked->semaphore, blocked->change);
	if (!blocked->has_type || (blocked->operation != BLOCKED_SEND && blocked->type == 0))
		return;
	if (blocked->type < 0)
		fprintf(print->out, ", type %lu or lower", 0UL - (unsigned long)blocked->type);
	else
		fprintf(print->out, ", %stype %ld", blocked->not_type ? "not " : "", blocked->type);
}

static void print_blocked(const struct print *print)
{
	const struct card *card = print->card;
	const struct kipc_object *object = card->row->object;
	const struct blocked *blocked;
	size_t n;

	if (card->processes == NULL || (object->kind == KIPC_SEGMENT && card->row->ring == NULL))
		return;
	blocked = processes_blocked(card->processes, object->kind, object->id, &n);
	for (size_t i = 0; i < n; i++) {
		const struct process *process = &card->processes->items[blocked[i].process];

		print_label(print, "blocked");
		process_print(print->out, process->pid, process->command, process->unit);
		if (blocked[i].operation == BLOCKED_NOTICE)
			fputs(" waits for a message to arrive, without taking it", print->out);
		else
			fprintf(print->out, " waits to %s",
				blocked_operation_to_string(blocked[i].operation));
		print_wish(print, &blocked[i]);
		if (blocked[i].tid != blocked[i].pid)
			fprintf(print->out, " (thread %d)", (int)blocked[i].tid);
		if (blocked[i].is_stopped)
			fputs(", but is stopped", print->out);
		putc('\n', print->out);
	}
	if (n == 0 && card->processes->n_unseen == 0 && !card->processes->has_hidden) {
		print_label(print, "blocked");
		fputs("none\n", print->out);
	}
	if (card->processes->has_hidden) {
		print_label(print, "blocked");
		fputs("not visible: /proc hides other users' processes here (hidepid=, or it is not "
		      "mounted); "
		      "root (CAP_SYS_PTRACE) can see them\n",
		      print->out);
	} else if (card->processes->n_unseen > 0) {
		print_label(print, "blocked");
		fprintf(print->out, "not visible: %zu %s that only root (CAP_SYS_PTRACE) can examine\n",
			card->processes->n_unseen, plural(card->processes->n_unseen, "process", "processes"));
	}
}

/* What doctor finds about it, except the reason of its state, which is in the title. */
static void print_hints(const struct print *print)
{
	const struct findings *findings = print->card->findings;

	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *finding = &findings->items[i];

		if (print->card->row->reason != NULL && print->card->row->reason[0] != '\0' &&
		    strstr(finding->evidence, print->card->row->reason) != NULL)
			continue;
		print_label(print, severity_words[finding->severity]);
		print_escaped(print, finding->evidence);
		putc('\n', print->out);
		if (finding->command == NULL)
			continue;
		print_label(print, "try");
		print_escaped(print, finding->command);
		putc('\n', print->out);
	}
}

void card_print(const struct card *card, struct value_style *style, FILE *out)
{
	const struct print print = { .card = card, .style = style, .out = out };

	print_title(&print);
	for (size_t i = 0; i < n_channel_columns; i++)
		if ((channel_columns[i].flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY | COLUMN_IN_TITLE)) == 0)
			print_column(&print, &channel_columns[i]);
	print_look(&print);
	print_ring(&print);
	print_semaphores(&print);
	print_care(&print);
	print_fields(&print);
	print_origins(&print);
	print_overrides(&print);
	print_history(&print);
	print_attached(&print);
	print_blocked(&print);
	print_hints(&print);
}
