/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One channel as a JSON object: the columns, and what does not fit into a row: "declared", "set" (the semaphores), "attached_by",
 * "blocked". All keys are always present; what does not apply is null. The only error here is a lack of memory.
 */

#include "client/see/card-json.h"

#include <errno.h>
#include <json-c/json.h>

#include "client/facts/attached.h"
#include "client/facts/columns.h"

/* Takes `member` over in any case. NULL is null. */
static bool add(struct json_object *object, const char *key, struct json_object *member)
{
	if (json_object_object_add(object, key, member) == 0)
		return true;
	json_object_put(member);
	return false;
}

static bool add_number(struct json_object *object, const char *key, int64_t number)
{
	struct json_object *member = json_object_new_int64(number);

	return member != NULL && add(object, key, member);
}

static bool add_text(struct json_object *object, const char *key, const char *text)
{
	struct json_object *member;
	struct value value = { 0 };

	value_set_text(&value, text);
	return value_to_json(&value, NULL, &member) == 0 && add(object, key, member);
}

/* A new array as a member; NULL on failure. */
static struct json_object *add_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_new_array();

	return array != NULL && add(object, key, array) ? array : NULL;
}

/* A new object as the array's last; NULL on failure. */
static struct json_object *append_object(struct json_object *array)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL || json_object_array_add(array, object) == 0)
		return object;
	json_object_put(object);
	return NULL;
}

static bool add_columns(struct json_object *object, const struct card *card, struct value_style *style)
{
	for (size_t i = 0; i < n_channel_columns; i++)
		if ((channel_columns[i].flags & COLUMN_TEXT_ONLY) == 0 &&
		    column_add_to_json(&channel_columns[i], card->row, style, object) < 0)
			return false;
	return true;
}

static bool append_semaphore(struct json_object *array, size_t index, const struct kipc_semaphore *semaphore)
{
	struct json_object *item = append_object(array);

	return item != NULL && add_number(item, "index", (int64_t)index) &&
	       add_number(item, "value", semaphore->value) &&
	       (semaphore->pid > 0 ? add_number(item, "last_pid", semaphore->pid)
				   : add(item, "last_pid", NULL)) &&
	       add_number(item, "waiting", semaphore->waiting) &&
	       add_number(item, "waiting_for_zero", semaphore->waiting_for_zero);
}

static bool add_set(struct json_object *object, const struct card *card)
{
	struct json_object *array;

	if (card->semaphores == NULL)
		return add(object, "set", NULL);
	array = add_array(object, "set");
	for (size_t i = 0; array != NULL && i < card->n_semaphores; i++)
		if (!append_semaphore(array, i, &card->semaphores[i]))
			return false;
	return array != NULL;
}

/* pid, command, unit. */
static bool add_process(struct json_object *item, const struct process *process)
{
	return add_number(item, "pid", process->pid) && add_text(item, "command", process->command) &&
	       add_text(item, "unit", process->unit);
}

static bool add_attached(struct json_object *object, const struct card *card)
{
	struct json_object *array;
	uint64_t n_missing;

	if (card->processes == NULL || card->row->object->kind != KIPC_SEGMENT)
		return add(object, "attached_by", NULL) && add(object, "attached_not_visible", NULL);
	return attached_to_json(card->processes, card->row->object, &array, &n_missing) == 0 &&
	       add(object, "attached_by", array) &&
	       add_number(object, "attached_not_visible", (int64_t)n_missing);
}

static bool append_blocked(struct json_object *array, const struct card *card, const struct blocked *blocked)
{
	struct json_object *item = append_object(array);
	bool has_one = blocked->operation == BLOCKED_OPERATE && blocked->semaphore >= 0;

	return item != NULL && add_process(item, &card->processes->items[blocked->process]) &&
	       add_number(item, "tid", blocked->tid) &&
	       add_text(item, "operation", blocked_operation_to_string(blocked->operation)) &&
	       add(item, "stopped", json_object_new_boolean(blocked->is_stopped)) &&
	       (blocked->has_type ? add_number(item, "type", blocked->type) : add(item, "type", NULL)) &&
	       add(item, "not_type", blocked->has_type ? json_object_new_boolean(blocked->not_type) : NULL) &&
	       (has_one ? add_number(item, "semaphore", blocked->semaphore) &&
				  add_number(item, "change", blocked->change)
			: add(item, "semaphore", NULL) && add(item, "change", NULL));
}

static bool add_blocked(struct json_object *object, const struct card *card)
{
	const struct view_row *row = card->row;
	const struct blocked *blocked;
	struct json_object *array;
	size_t n;

	if (card->processes == NULL || (row->kind == KIPC_SEGMENT && row->ring == NULL))
		return add(object, "blocked", NULL) && add(object, "blocked_not_visible", NULL);
	array = add_array(object, "blocked");
	blocked = processes_blocked(card->processes, row->kind, row->object->id, &n);
	for (size_t i = 0; array != NULL && i < n; i++)
		if (!append_blocked(array, card, &blocked[i]))
			return false;
	if (array == NULL)
		return false;
	return card->processes->has_hidden /* an unknown number */
		       ? add(object, "blocked_not_visible", NULL)
		       : add_number(object, "blocked_not_visible", (int64_t)card->processes->n_unseen);
}

/* "history": {"interval_usec", "depth": […], "passed": […]}; null: kipcd kept nothing */
static bool add_history(struct json_object *object, const struct card *card)
{
	struct json_object *member, *depths, *passed;

	if (card->history == NULL)
		return add(object, "history", NULL);
	member = json_object_new_object();
	if (member == NULL || !add(object, "history", member) ||
	    !add_number(member, "interval_usec", (int64_t)card->history_interval))
		return false;
	depths = add_array(member, "depth");
	passed = add_array(member, "passed");
	for (size_t i = 0; depths != NULL && passed != NULL && i < card->history->n; i++) {
		const struct history_sample *sample = history_get(card->history, i);

		if (json_object_array_add(depths, json_object_new_int64(sample->depth)) < 0 ||
		    json_object_array_add(passed, json_object_new_int64(sample->passed)) < 0)
			return false;
	}
	return depths != NULL && passed != NULL;
}

static bool add_findings(struct json_object *object, const struct card *card)
{
	struct json_object *array = add_array(object, "findings"), *item;

	for (size_t i = 0; array != NULL && i < card->findings->n_items; i++) {
		const struct finding *finding = &card->findings->items[i];

		item = append_object(array);
		if (item == NULL || !add_text(item, "severity", severity_words[finding->severity]) ||
		    !add_text(item, "finding", finding->check) ||
		    !add_text(item, "evidence", finding->evidence) ||
		    !add_text(item, "command", finding->command))
			return false;
	}
	return array != NULL;
}

int card_json_make(const struct card *card, struct value_style *style, struct json_object **ret_json)
{
	struct json_object *object = json_object_new_object();

	if (object != NULL && add_columns(object, card, style) &&
	    add(object, "declared", json_object_get(card->declared)) && add_set(object, card) &&
	    add_attached(object, card) && add_blocked(object, card) && add_findings(object, card) &&
	    add_history(object, card)) {
		*ret_json = object;
		return 0;
	}
	json_object_put(object);
	return -ENOMEM;
}
