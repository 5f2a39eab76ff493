/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One channel as a JSON object: the columns, and what has no place in a row: "declared", "set" (the semaphores),
 * "blocked". Keys are always there; what does not apply is null. Whatever fails here fails for want of memory.
 */

#include <errno.h>
#include <json-c/json.h>

#include "client/card.h"
#include "client/columns.h"

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

static bool append_blocked(struct json_object *array, const struct blocked *blocked)
{
	struct json_object *item = append_object(array);

	if (item == NULL || !add_number(item, "pid", blocked->pid) ||
	    !add_number(item, "tid", blocked->tid) || !add_text(item, "command", blocked->command) ||
	    !add_text(item, "operation", blocked_operation_to_string(blocked->operation)))
		return false;
	if (blocked->operation != BLOCKED_RECEIVE)
		return add(item, "type", NULL) && add(item, "not_type", NULL);
	return add_number(item, "type", blocked->type) &&
	       add(item, "not_type", json_object_new_boolean(blocked->not_type));
}

static bool add_blocked(struct json_object *object, const struct card *card)
{
	const struct blocked_list *list = card->blocked;
	struct json_object *array;

	if (list == NULL)
		return add(object, "blocked", NULL) && add(object, "blocked_not_visible", NULL);
	array = add_array(object, "blocked");
	if (array == NULL)
		return false;
	for (size_t i = 0; i < list->n_items; i++)
		if (blocked_is_on(&list->items[i], card->row->object) &&
		    !append_blocked(array, &list->items[i]))
			return false;
	return add_number(object, "blocked_not_visible", (int64_t)list->n_unseen);
}

int card_to_json(const struct card *card, struct value_style *style, struct json_object **ret_json)
{
	struct json_object *object = json_object_new_object();

	if (object != NULL && add_columns(object, card, style) &&
	    add(object, "declared", json_object_get(card->declared)) && add_set(object, card) &&
	    add_blocked(object, card)) {
		*ret_json = object;
		return 0;
	}
	json_object_put(object);
	return -ENOMEM;
}
