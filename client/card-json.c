/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One channel as a JSON object: the columns, and what has no place in a row: "declared", "set" (the semaphores),
 * "blocked". Keys are always there; what does not apply is null.
 */

#include <errno.h>
#include <json-c/json.h>

#include "client/card.h"
#include "client/columns.h"

/* Takes `member` over in any case. NULL is null. */
static int add(struct json_object *object, const char *key, struct json_object *member)
{
	if (json_object_object_add(object, key, member) == 0)
		return 0;
	json_object_put(member);
	return -ENOMEM;
}

static int add_value(struct json_object *object, const char *key, const struct value *value,
		     const struct value_style *style)
{
	struct json_object *member;
	int r;

	r = value_to_json(value, style, &member);
	return r < 0 ? r : add(object, key, member);
}

static int add_number(struct json_object *object, const char *key, int64_t number)
{
	struct json_object *member = json_object_new_int64(number);

	return member == NULL ? -ENOMEM : add(object, key, member);
}

static int add_text(struct json_object *object, const char *key, const char *text)
{
	struct value value = { 0 };

	value_set_text(&value, text);
	return add_value(object, key, &value, &(const struct value_style){ 0 });
}

/* Takes `item` over in any case. */
static int append(struct json_object *array, struct json_object *item)
{
	if (json_object_array_add(array, item) == 0)
		return 0;
	json_object_put(item);
	return -ENOMEM;
}

static int add_columns(struct json_object *object, const struct card *card, const struct value_style *style)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_channel_columns; i++) {
		const struct column *column = &channel_columns[i];
		struct value value = { 0 };

		if ((column->flags & COLUMN_TEXT_ONLY) != 0)
			continue;
		column->get(column, card->row, &value);
		r = add_value(object, column->name, &value, style);
		value_done(&value);
	}
	return r;
}

/* The number of a declared word is written as the column of that name writes it: a key as a key. */
static enum value_type type_of_word(const struct declared_word *word)
{
	static const struct {
		const char *word;
		enum value_type type;
	} types[] = {
		{ "key", VALUE_KEY },	{ "owner", VALUE_USER },    { "group", VALUE_GROUP },
		{ "mode", VALUE_MODE }, { "capacity", VALUE_SIZE }, { "size", VALUE_SIZE },
	};

	for (size_t i = 0; word->value.type == VALUE_NUMBER && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, word->word) == 0)
			return types[i].type;
	return word->value.type;
}

static int add_declared(struct json_object *object, const struct card *card, const struct value_style *style)
{
	struct json_object *words;
	int r;

	if (card->declared.n_items == 0)
		return add(object, "declared", NULL);
	words = json_object_new_object();
	if (words == NULL)
		return -ENOMEM;
	r = add(object, "declared", words);
	for (size_t i = 0; r == 0 && i < card->declared.n_items; i++) {
		const struct declared_word *word = &card->declared.items[i];
		struct value value = word->value; /* borrows its list */

		value.type = type_of_word(word);
		r = add_value(words, word->word, &value, style);
	}
	return r;
}

static int append_semaphore(struct json_object *array, size_t index, const struct kipc_semaphore *semaphore)
{
	struct json_object *item = json_object_new_object();
	int r;

	if (item == NULL)
		return -ENOMEM;
	r = append(array, item);
	if (r == 0)
		r = add_number(item, "index", (int64_t)index);
	if (r == 0)
		r = add_number(item, "value", semaphore->value);
	if (r == 0)
		r = semaphore->pid > 0 ? add_number(item, "last_pid", semaphore->pid)
				       : add(item, "last_pid", NULL);
	if (r == 0)
		r = add_number(item, "waiting", semaphore->waiting);
	if (r == 0)
		r = add_number(item, "waiting_for_zero", semaphore->waiting_for_zero);
	return r;
}

static int add_set(struct json_object *object, const struct card *card)
{
	struct json_object *array;
	int r;

	if (card->semaphores == NULL)
		return add(object, "set", NULL);
	array = json_object_new_array();
	if (array == NULL)
		return -ENOMEM;
	r = add(object, "set", array);
	for (size_t i = 0; r == 0 && i < card->n_semaphores; i++)
		r = append_semaphore(array, i, &card->semaphores[i]);
	return r;
}

static int append_blocked(struct json_object *array, const struct blocked *blocked)
{
	struct json_object *item = json_object_new_object();
	bool has_type = blocked->operation == BLOCKED_RECEIVE;
	int r;

	if (item == NULL)
		return -ENOMEM;
	r = append(array, item);
	if (r == 0)
		r = add_number(item, "pid", blocked->pid);
	if (r == 0)
		r = add_number(item, "tid", blocked->tid);
	if (r == 0)
		r = add_text(item, "command", blocked->command);
	if (r == 0)
		r = add_text(item, "operation", blocked_operation_to_string(blocked->operation));
	if (r == 0)
		r = has_type ? add_number(item, "type", blocked->type) : add(item, "type", NULL);
	if (r == 0)
		r = add(item, "not_type", has_type ? json_object_new_boolean(blocked->not_type) : NULL);
	return r;
}

static int add_blocked(struct json_object *object, const struct card *card)
{
	const struct blocked_list *list = card->blocked;
	struct json_object *array;
	int r;

	if (list == NULL || card->row->object == NULL || card->row->kind == KIPC_SEGMENT) {
		r = add(object, "blocked", NULL);
		return r < 0 ? r : add(object, "blocked_not_visible", NULL);
	}
	array = json_object_new_array();
	if (array == NULL)
		return -ENOMEM;
	r = add(object, "blocked", array);
	for (size_t i = 0; r == 0 && i < list->n_items; i++)
		if (list->items[i].kind == card->row->kind && list->items[i].id == card->row->id)
			r = append_blocked(array, &list->items[i]);
	return r < 0 ? r : add_number(object, "blocked_not_visible", (int64_t)list->n_unseen);
}

int card_to_json(const struct card *card, const struct value_style *style, struct json_object **ret_json)
{
	struct json_object *object = json_object_new_object();
	int r;

	if (object == NULL)
		return -ENOMEM;
	r = add_columns(object, card, style);
	if (r == 0)
		r = add_declared(object, card, style);
	if (r == 0)
		r = add_set(object, card);
	if (r == 0)
		r = add_blocked(object, card);
	if (r < 0) {
		json_object_put(object);
		return r;
	}
	*ret_json = object;
	return 0;
}
