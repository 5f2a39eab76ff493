/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Here alone, numbers, sizes, times, keys, modes and names become text for people and JSON. JSON is valid UTF-8,
 * whatever the text was.
 */

#include "client/table/value.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/table/digits.h"
#include "client/table/json-text.h"
#include "common/grammar.h"
#include "common/utf8.h"

void value_done(struct value *value)
{
	if (value->list != NULL || value->own_text != NULL || value->json != NULL) {
		free(value->list);
		free(value->own_text);
		json_object_put(value->json);
		value->list = NULL;
		value->own_text = NULL;
		value->json = NULL;
	}
	value->type = VALUE_NONE;
}

void value_set_number(struct value *value, enum value_type type, uint64_t number)
{
	bool is_none = number == 0 && (type == VALUE_TIME || type == VALUE_PID);

	value->type = is_none ? VALUE_NONE : type;
	value->number = number;
}

void value_set_text(struct value *value, const char *text)
{
	value->type = text == NULL || text[0] == '\0' ? VALUE_NONE : VALUE_TEXT;
	value->text = text;
}

void value_set_format(struct value *value, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value->own, sizeof value->own, format, arguments);
	va_end(arguments);
	value->type = VALUE_TEXT;
	value->text = NULL;
}

static void time_to_string(const struct value *value, char *buffer, size_t size)
{
	time_t seconds = (time_t)value->number;
	struct tm parts;

	if (localtime_r(&seconds, &parts) == NULL || strftime(buffer, size, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		snprintf(buffer, size, "@%llu", (unsigned long long)value->number);
}

static void list_to_string(const struct value *value, char *buffer, size_t size)
{
	static const char more[] = ",…";
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < value->n_list; i++) {
		char item[24];
		int n = snprintf(item, sizeof item, "%s%llu", i == 0 ? "" : ",",
				 (unsigned long long)value->list[i]);

		if (used + (size_t)n + sizeof more > size) {
			memcpy(buffer + used, more, sizeof more);
			return;
		}
		memcpy(buffer + used, item, (size_t)n + 1);
		used += (size_t)n;
	}
}

const char *value_to_string(const struct value *value, struct value_style *style,
			    char buffer[static VALUE_TEXT_MAX])
{
	switch (value->type) {
	case VALUE_NONE:
		return "-";
	case VALUE_TEXT:
		return value->text != NULL ? value->text : value->own;
	case VALUE_USER:
		return accounts_user(&style->accounts, (uid_t)value->number);
	case VALUE_GROUP:
		return accounts_group(&style->accounts, (gid_t)value->number);
	case VALUE_BOOL:
		return value->number != 0 ? "yes" : "no";
	case VALUE_NUMBER:
	case VALUE_PID:
		*digits_put_decimal(buffer, value->number) = '\0';
		break;
	case VALUE_PERCENT:
		strcpy(digits_put_decimal(buffer, value->number), "%");
		break;
	case VALUE_SIZE:
		if (style->bytes)
			*digits_put_decimal(buffer, value->number) = '\0';
		else
			grammar_size_to_string(value->number, buffer);
		break;
	case VALUE_TIME:
		time_to_string(value, buffer, VALUE_TEXT_MAX);
		break;
	case VALUE_KEY:
		*digits_put_bits(stpcpy(buffer, "0x"), value->number, 4, 8) = '\0';
		break;
	case VALUE_MODE:
		*digits_put_bits(buffer, value->number, 3, 4) = '\0';
		break;
	case VALUE_LIST:
		list_to_string(value, buffer, VALUE_TEXT_MAX);
		break;
	}
	return buffer;
}

static struct json_object *text_to_json(const char *text)
{
	size_t size = strlen(text), n_repaired;
	struct json_object *json;
	char *repaired;

	if (utf8_is_valid(text, size))
		return json_object_new_string_len(text, (int)size);
	repaired = utf8_repair(text, size, &n_repaired);
	if (repaired == NULL)
		return NULL;
	json = json_object_new_string_len(repaired, (int)n_repaired);
	free(repaired);
	return json;
}

#define SECONDS_OF_DAY 86400

/* "2026-11-24T17:53:35Z"; false: the calendar does not reach that far. */
static bool time_to_iso(uint64_t number, struct value_style *style, char buffer[static VALUE_TEXT_MAX])
{
	time_t midnight = (time_t)(number - number % SECONDS_OF_DAY);
	uint64_t second = number % SECONDS_OF_DAY;
	struct tm parts;
	char *end;

	if (style->date[0] == '\0' || style->day != number / SECONDS_OF_DAY) {
		if (gmtime_r(&midnight, &parts) == NULL ||
		    strftime(style->date, sizeof style->date, "%Y-%m-%dT", &parts) == 0) {
			style->date[0] = '\0';
			return false;
		}
		style->day = number / SECONDS_OF_DAY;
	}
	end = stpcpy(buffer, style->date);
	for (uint64_t unit = 3600; unit > 0; unit /= 60) {
		*end++ = (char)('0' + second / unit / 10);
		*end++ = (char)('0' + second / unit % 10);
		*end++ = unit > 1 ? ':' : 'Z';
		second %= unit;
	}
	*end = '\0';
	return true;
}

static struct json_object *time_to_json(const struct value *value, struct value_style *style)
{
	char buffer[VALUE_TEXT_MAX];

	return time_to_iso(value->number, style, buffer) ? json_object_new_string(buffer)
							 : json_object_new_uint64(value->number);
}

static struct json_object *list_to_json(const struct value *value)
{
	struct json_object *array =
		json_object_new_array_ext(value->n_list < INT_MAX ? (int)value->n_list : INT_MAX);

	for (size_t i = 0; array != NULL && i < value->n_list; i++) {
		struct json_object *item = json_object_new_uint64(value->list[i]);

		if (item == NULL || json_object_array_add(array, item) < 0) {
			json_object_put(item);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

int value_to_json(const struct value *value, struct value_style *style, struct json_object **ret_json)
{
	char buffer[VALUE_TEXT_MAX];
	struct json_object *json = json_object_get(value->json);

	if (json != NULL) {
		*ret_json = json;
		return 0;
	}
	switch (value->type) {
	case VALUE_NONE:
		*ret_json = NULL;
		return 0;
	case VALUE_NUMBER:
	case VALUE_PERCENT:
	case VALUE_SIZE:
	case VALUE_PID:
		json = json_object_new_uint64(value->number);
		break;
	case VALUE_BOOL:
		json = json_object_new_boolean(value->number != 0);
		break;
	case VALUE_TIME:
		json = time_to_json(value, style);
		break;
	case VALUE_LIST:
		json = list_to_json(value);
		break;
	case VALUE_TEXT:
	case VALUE_KEY:
	case VALUE_MODE:
	case VALUE_USER:
	case VALUE_GROUP:
		json = text_to_json(value_to_string(value, style, buffer));
		break;
	}
	if (json == NULL)
		return -ENOMEM;
	*ret_json = json;
	return 0;
}

/* As json-c writes it. */
static void put_list(const struct value *value, struct block *block)
{
	block_put(block, "[", 1);
	for (size_t i = 0; i < value->n_list; i++) {
		block_put(block, i > 0 ? ",\n      " : "\n      ", i > 0 ? 8 : 7);
		json_text_put_number(block, value->list[i]);
	}
	block_put_text(block, value->n_list == 0 ? "]" : "\n    ]");
}

/* A text that needs no escapes. */
static void put_quoted(const char *text, struct block *block)
{
	block_put(block, "\"", 1);
	block_put(block, text, strlen(text));
	block_put(block, "\"", 1);
}

void value_put_json(const struct value *value, struct value_style *style, struct block *block)
{
	char buffer[VALUE_TEXT_MAX];

	if (value->json != NULL) {
		const char *text = json_object_to_json_string_ext(
			value->json, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

		block_put(block, text, strlen(text));
		return;
	}
	switch (value->type) {
	case VALUE_NONE:
		block_put(block, "null", 4);
		break;
	case VALUE_NUMBER:
	case VALUE_PERCENT:
	case VALUE_SIZE:
	case VALUE_PID:
		json_text_put_number(block, value->number);
		break;
	case VALUE_BOOL:
		block_put(block, value->number != 0 ? "true" : "false", value->number != 0 ? 4 : 5);
		break;
	case VALUE_TIME:
		if (time_to_iso(value->number, style, buffer))
			put_quoted(buffer, block);
		else
			json_text_put_number(block, value->number);
		break;
	case VALUE_LIST:
		put_list(value, block);
		break;
	case VALUE_KEY:
	case VALUE_MODE:
		put_quoted(value_to_string(value, style, buffer), block);
		break;
	case VALUE_TEXT:
	case VALUE_USER:
	case VALUE_GROUP:
		json_text_put_string(block, value_to_string(value, style, buffer));
		break;
	}
}

static bool is_compared_as_text(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_USER || type == VALUE_GROUP;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int value_compare(const struct value *a, const struct value *b, struct value_style *style)
{
	char text_of_a[VALUE_TEXT_MAX], text_of_b[VALUE_TEXT_MAX];

	if (a->type == VALUE_NONE || b->type == VALUE_NONE)
		return (a->type == VALUE_NONE) - (b->type == VALUE_NONE);
	if (is_compared_as_text(a->type))
		return strcmp(value_to_string(a, style, text_of_a), value_to_string(b, style, text_of_b));
	if (a->type != VALUE_LIST)
		return compare_numbers(a->number, b->number);
	for (size_t i = 0; i < a->n_list && i < b->n_list; i++)
		if (a->list[i] != b->list[i])
			return compare_numbers(a->list[i], b->list[i]);
	return compare_numbers(a->n_list, b->n_list);
}
