/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The card of one channel, as text: a line for each column that has a value, the declared value beside the actual one if they
 * differ, the semaphores of a set, the processes that have it attached or are blocked on it. Everything that another user could
 * have written (commands, units, descriptions) is escaped.
 */

#include "client/see/card-text.h"

#include <errno.h>
#include <json-c/json.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/columns.h"
#include "client/facts/look.h"
#include "client/facts/series.h"
#include "client/see/card-line.h"
#include "client/see/card-users.h"
#include "common/channel-keys.h"
#include "common/escape.h"

#define BAR_WIDTH 20
#define SPARK_PLACES 40

/* The declared value, if it differs from the actual one. */
static void print_declared(const struct card_line *line, const struct column *column,
			   const struct value *actual)
{
	struct json_object *wanted = json_object_object_get(line->card->declared, column->name), *is = NULL;
	struct value declared = { 0 };
	char buffer[VALUE_TEXT_MAX];

	/* A list has the starting values of a semaphore set, which change. */
	if (wanted == NULL || json_object_is_type(wanted, json_type_array) ||
	    value_to_json(actual, line->style, &is) < 0)
		return;
	if (!json_object_equal(is, wanted)) {
		if (json_object_is_type(wanted, json_type_int))
			value_set_number(&declared, actual->type, json_object_get_uint64(wanted));
		else
			value_set_text(&declared, json_object_get_string(wanted));
		fputs(" (declared: ", line->out);
		escape_print(line->out, value_to_string(&declared, line->style, buffer));
		putc(')', line->out);
	}
	json_object_put(is);
}

/* A bar as long as it is full. */
static void print_bar(const struct card_line *line, uint64_t percent)
{
	bool has_blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	uint64_t n = (percent > 100 ? 100 : percent) * BAR_WIDTH / 100;

	fputs("  ", line->out);
	for (uint64_t i = 0; i < BAR_WIDTH; i++)
		fputs(i < n ? (has_blocks ? "█" : "#") : (has_blocks ? "░" : "."), line->out);
}

/* A time of something that has not happened yet. */
static bool is_never(const struct card *card, const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && column->type == VALUE_TIME && card->row->object != NULL &&
	       (column->kinds & card->row->kind) != 0;
}

static void print_column(const struct card_line *line, const struct column *column)
{
	struct value value = { 0 };
	char buffer[VALUE_TEXT_MAX];

	column->get(column, line->card->row, &value);
	if (is_never(line->card, column, &value))
		value_set_text(&value, "never");
	if (value.type == VALUE_NONE)
		return;
	card_line_label(line, column->name);
	if (value.type == VALUE_PID)
		process_print_pid(line->out, (pid_t)value.number);
	else
		escape_print(line->out, value_to_string(&value, line->style, buffer));
	print_declared(line, column, &value);
	if (value.type == VALUE_PERCENT)
		print_bar(line, value.number);
	putc('\n', line->out);
	value_done(&value);
}

static void print_title(const struct card_line *line)
{
	const struct view_row *row = line->card->row;
	char address[VIEW_ADDRESS_MAX];

	fprintf(line->out, "%s: %s%s%s", view_row_to_address(row, address), kipc_kind_to_string(row->kind),
		row->state != NULL ? ", " : "", row->state != NULL ? row->state : "");
	if (row->reason != NULL && row->reason[0] != '\0') {
		fputs(": ", line->out);
		escape_print(line->out, row->reason);
	}
	putc('\n', line->out);
	if (row->description != NULL && row->description[0] != '\0') {
		fputs("    ", line->out);
		escape_print(line->out, row->description);
		putc('\n', line->out);
	}
}

/* What may not be read, and what right it takes. */
static void print_kept_back(const struct card_line *line, const char *what, int error)
{
	card_line_label(line, what);
	if (error == -EACCES)
		fputs("not visible: its mode does not let you read it; root (CAP_IPC_OWNER) can\n",
		      line->out);
	else if (error == -EPROTOTYPE)
		fputs("not visible: its header is not that of a ring; 'kipcctl reset' repairs it\n",
		      line->out);
	else
		fprintf(line->out, "not visible: %s\n", strerror(-error));
}

/* Its figures are columns if they can be read. */
static void print_ring(const struct card_line *line)
{
	struct ring_figures *ring = line->card->row->ring;

	if (ring != NULL && ring_figures_get(ring) == NULL)
		print_kept_back(line, "messages", ring->error);
}

/* Says how many messages the columns cover, if not all. */
static void print_look(const struct card_line *line)
{
	const struct look *look = line->card->row->look;
	const struct kipc_object *object = line->card->row->object;

	if (look == NULL || object == NULL)
		return;
	if (look->error < 0) {
		print_kept_back(line, "types", look->error);
	} else if (look->n_looked < object->queue.messages) {
		card_line_label(line, "looked_at");
		fprintf(line->out, "the first %llu of %llu messages, for types, smallest and largest\n",
			(unsigned long long)look->n_looked, (unsigned long long)object->queue.messages);
	}
}

static void print_semaphores(const struct card_line *line)
{
	const struct card *card = line->card;

	for (size_t i = 0; i < card->n_semaphores; i++) {
		const struct kipc_semaphore *semaphore = &card->semaphores[i];
		char label[40];

		snprintf(label, sizeof label, "semaphore[%zu]", i);
		card_line_label(line, label);
		fprintf(line->out, "%d", semaphore->value);
		if (semaphore->waiting > 0)
			fprintf(line->out, ", %d waiting", semaphore->waiting);
		if (semaphore->waiting_for_zero > 0)
			fprintf(line->out, ", %d waiting for zero", semaphore->waiting_for_zero);
		if (semaphore->pid > 0) {
			fputs(", last ", line->out);
			process_print_pid(line->out, semaphore->pid);
		}
		putc('\n', line->out);
	}
	if (card->semaphores_error < 0)
		print_kept_back(line, "values", card->semaphores_error);
}

/* clang-format off */
#define KEY_ROW(id, key, classes, type, ...) { key, #type },
static const struct {
	const char *name, *type;
} keys[] = { CHANNEL_KEYS(KEY_ROW) };
/* clang-format on */

static enum value_type type_of_number(const char *type)
{
	return strcmp(type, "percent") == 0 ? VALUE_PERCENT
	       : strcmp(type, "size") == 0  ? VALUE_SIZE
					    : VALUE_NUMBER;
}

/* False: there is nothing to show. */
static bool value_of_key(struct json_object *json, const char *type, struct value *value)
{
	if (json_object_is_type(json, json_type_string))
		value_set_text(value, json_object_get_string(json));
	else if (json_object_is_type(json, json_type_boolean))
		value_set_number(value, VALUE_BOOL, (uint64_t)json_object_get_boolean(json));
	else if (json_object_is_type(json, json_type_int))
		value_set_number(value, type_of_number(type), json_object_get_uint64(json));
	return value->type == VALUE_TEXT ? value->text[0] != '\0' : value->type != VALUE_NONE;
}

/* The keys without a column: what else kipcd does with it, which does not show in the object. */
static void print_care(const struct card_line *line)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct json_object *json = json_object_object_get(line->card->declared, keys[i].name);
		char buffer[VALUE_TEXT_MAX];
		struct value value = { 0 };

		if (columns_find(keys[i].name) != NULL || !value_of_key(json, keys[i].type, &value))
			continue;
		card_line_label(line, keys[i].name);
		escape_print(line->out, value_to_string(&value, line->style, buffer));
		putc('\n', line->out);
	}
}

/* Its declared fields; `kipcctl get` prints their values. */
static void print_fields(const struct card_line *line)
{
	struct json_object *fields = json_object_object_get(line->card->declared, "fields");
	char label[KIPC_NAME_MAX + sizeof "field."];

	if (fields == NULL)
		return;
	json_object_object_foreach(fields, name, type)
	{
		snprintf(label, sizeof label, "field.%s", name);
		card_line_label(line, label);
		escape_print(line->out, json_object_get_string(type));
		putc('\n', line->out);
	}
}

static const char *text_of(struct json_object *object, const char *member)
{
	const char *text = json_object_get_string(json_object_object_get(object, member));

	return text != NULL ? text : "";
}

/* The declared values that are overridden, and what overrides them. */
static void print_overrides(const struct card_line *line)
{
	struct json_object *overrides = json_object_object_get(line->card->declared, "overrides"), *item;
	char *text;

	for (size_t i = 0; overrides != NULL && i < json_object_array_length(overrides); i++) {
		item = json_object_array_get_idx(overrides, i);
		card_line_label(line, "overridden");
		if (asprintf(&text, "%s = %s in %s is overridden by '%s' (%s)", text_of(item, "key"),
			     text_of(item, "declared"), text_of(item, "declared_in"), text_of(item, "by"),
			     text_of(item, "value")) < 0)
			text = NULL;
		escape_print(line->out, text != NULL ? text : "");
		putc('\n', line->out);
		free(text);
	}
}

static bool is_overridden(const struct card_line *line, const char *key)
{
	struct json_object *overrides = json_object_object_get(line->card->declared, "overrides");

	for (size_t i = 0; overrides != NULL && i < json_object_array_length(overrides); i++)
		if (strcmp(text_of(json_object_array_get_idx(overrides, i), "key"), key) == 0)
			return true;
	return false;
}

/* The origin of each value that comes from another file than the section, or from kipcctl. */
static void print_origins(const struct card_line *line)
{
	struct json_object *origins = json_object_object_get(line->card->declared, "origins");
	const char *first = text_of(line->card->declared, "origin");
	char label[64];

	if (origins == NULL)
		return;
	json_object_object_foreach(origins, key, place)
	{
		const char *text = json_object_get_string(place);

		if (strncmp(text, first, strlen(first)) == 0 || is_overridden(line, key))
			continue;
		snprintf(label, sizeof label, "origin of %s", key);
		card_line_label(line, label);
		escape_print(line->out, text);
		putc('\n', line->out);
	}
}

/* The last minutes as kipcd has kept them, and the rate in that time. */
static void print_history(const struct card_line *line)
{
	const struct history *history = line->card->history;
	double seconds = (double)line->card->history_interval / 1e6;
	char spark[SPARK_PLACES * SPARK_BYTES + 1];
	uint64_t passed = 0;

	if (history == NULL || history->n < 2)
		return;
	for (size_t i = 1; i < history->n; i++)
		passed += history_get(history, i)->passed;
	series_spark(history, false, SPARK_PLACES, strcmp(nl_langinfo(CODESET), "UTF-8") == 0, spark);
	card_line_label(line, "history");
	seconds *= (double)(history->n - 1);
	fprintf(line->out, "%s  the last %.*f s\n", spark, seconds < 10 ? 1 : 0, seconds);
	if (line->card->row->ring == NULL)
		return;
	card_line_label(line, "rate");
	fprintf(line->out, "%.0f messages/s received\n", (double)passed / seconds);
}

/* "kipcctl show ADDR", of one object, which is what this prints. */
static bool only_shows(const char *command)
{
	static const char show[] = "kipcctl show ";

	return strncmp(command, show, strlen(show)) == 0 && strchr(command + strlen(show), ' ') == NULL;
}

/* What doctor finds about it, except the reason of its state, which is in the title. */
static void print_hints(const struct card_line *line)
{
	const struct findings *findings = line->card->findings;

	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *finding = &findings->items[i];

		if (line->card->row->reason != NULL && line->card->row->reason[0] != '\0' &&
		    strstr(finding->evidence, line->card->row->reason) != NULL)
			continue;
		card_line_label(line, severity_words[finding->severity]);
		escape_print(line->out, finding->evidence);
		putc('\n', line->out);
		if (finding->command == NULL || only_shows(finding->command))
			continue;
		card_line_label(line, "try");
		escape_print(line->out, finding->command);
		putc('\n', line->out);
	}
}

void card_text_print(const struct card *card, struct value_style *style, FILE *out)
{
	const struct card_line line = { .card = card, .style = style, .out = out };

	print_title(&line);
	for (size_t i = 0; i < n_channel_columns; i++)
		if ((channel_columns[i].flags & (COLUMN_COSTLY | COLUMN_TEXT_ONLY | COLUMN_IN_TITLE)) == 0)
			print_column(&line, &channel_columns[i]);
	print_look(&line);
	print_ring(&line);
	print_semaphores(&line);
	print_care(&line);
	print_fields(&line);
	print_origins(&line);
	print_overrides(&line);
	print_history(&line);
	card_users_attached(&line);
	card_users_blocked(&line);
	print_hints(&line);
}
