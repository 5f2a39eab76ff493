/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Manager.Describe() as values, whatever words kipcd sends: a new configuration key needs no change here. Used by the
 * card of a channel. The values know no units: what a number means says the column of the same name.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/bus.h"
#include "client/declared.h"

/* A text of the value's own: the message it came in does not outlive the call. */
static int copy_text(struct declared_word *word, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return -ENOMEM;
	word->text = copy;
	value_set_text(&word->value, copy);
	return 0;
}

static int read_text(sd_bus_message *message, struct declared_word *word)
{
	const char *text;
	int r;

	r = sd_bus_message_read(message, "s", &text);
	return r < 0 ? r : copy_text(word, text);
}

static int read_list(sd_bus_message *message, struct declared_word *word)
{
	const void *items;
	size_t size;
	int r;

	r = sd_bus_message_read_array(message, 'q', &items, &size);
	if (r < 0)
		return r;
	word->value.list = calloc(size / sizeof(uint16_t) + 1, sizeof *word->value.list);
	if (word->value.list == NULL)
		return -ENOMEM;
	word->value.type = VALUE_LIST;
	word->value.n_list = size / sizeof(uint16_t);
	for (size_t i = 0; i < word->value.n_list; i++)
		word->value.list[i] = ((const uint16_t *)items)[i];
	return 0;
}

static int read_number(sd_bus_message *message, const char *type, struct declared_word *word)
{
	union {
		uint32_t u;
		uint64_t t;
		int b;
	} number = { 0 };
	int r;

	r = sd_bus_message_read(message, type, &number);
	if (r < 0)
		return r;
	if (type[0] == 'b')
		value_set_number(&word->value, VALUE_BOOL, (uint64_t)number.b);
	else
		value_set_number(&word->value, VALUE_NUMBER, type[0] == 'u' ? number.u : number.t);
	return 0;
}

/* The variant under the cursor; a type that we do not know is passed over. */
static int read_variant(sd_bus_message *message, struct declared_word *word)
{
	const char *type;
	int r;

	r = sd_bus_message_peek_type(message, NULL, &type);
	if (r < 0)
		return r;
	if (strcmp(type, "s") != 0 && strcmp(type, "u") != 0 && strcmp(type, "t") != 0 &&
	    strcmp(type, "b") != 0 && strcmp(type, "aq") != 0)
		return sd_bus_message_skip(message, "v");
	r = sd_bus_message_enter_container(message, 'v', type);
	if (r < 0)
		return r;
	if (type[0] == 's')
		r = read_text(message, word);
	else if (type[0] == 'a')
		r = read_list(message, word);
	else
		r = read_number(message, type, word);
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int add_word(struct declared *declared, const char *text, struct declared_word **ret_word)
{
	struct declared_word *items = reallocarray(declared->items, declared->n_items + 1, sizeof *items);
	char *word;

	if (items == NULL)
		return -ENOMEM;
	declared->items = items;
	word = strdup(text);
	if (word == NULL)
		return -ENOMEM;
	items[declared->n_items] = (struct declared_word){ .word = word };
	*ret_word = &items[declared->n_items++];
	return 0;
}

static int read_words(sd_bus_message *reply, struct declared *declared)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		struct declared_word *word;
		const char *text;

		r = sd_bus_message_read(reply, "s", &text);
		if (r >= 0)
			r = add_word(declared, text, &word);
		if (r >= 0)
			r = read_variant(reply, word);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r < 0 ? r : 0;
}

int declared_read(sd_bus *bus, const char *name, struct declared *ret_declared)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL, *reply = NULL;
	struct declared declared = { 0 };
	int r;

	r = bus_new_call(bus, "Describe", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "s", name);
	if (r >= 0)
		r = bus_call(bus, call, &error, &reply);
	if (r >= 0)
		r = read_words(reply, &declared);
	if (r < 0) {
		declared_done(&declared);
		return r;
	}
	*ret_declared = declared;
	return 0;
}

void declared_done(struct declared *declared)
{
	for (size_t i = 0; i < declared->n_items; i++) {
		free(declared->items[i].word);
		free(declared->items[i].text);
		value_done(&declared->items[i].value);
	}
	free(declared->items);
	*declared = (struct declared){ 0 };
}

const struct value *declared_find(const struct declared *declared, const char *word)
{
	for (size_t i = 0; i < declared->n_items; i++)
		if (strcmp(declared->items[i].word, word) == 0)
			return &declared->items[i].value;
	return NULL;
}
