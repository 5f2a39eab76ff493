/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_VALUE_H
#define KIPC_CLIENT_TABLE_VALUE_H

/*
 * A value that is printed: as a cell of a table, a line of a card, or a member of a JSON object. Its type says how it
 * is written for people and in JSON.
 */

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/table/accounts.h"

enum value_type {
	VALUE_NONE = 0, /* does not apply, or is unknown: "-", null */
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_PERCENT, /* 75%, 75 */
	VALUE_SIZE,    /* 16K (--bytes: 16384), 16384 */
	VALUE_TIME,    /* local time, ISO 8601 in UTC; 0 is never */
	VALUE_KEY,     /* 0x00004b01, "0x00004b01" */
	VALUE_MODE,    /* 0660, "0660" */
	VALUE_BOOL,    /* yes, true */
	VALUE_USER,    /* the name, or the number if there is no name; both as text */
	VALUE_GROUP,
	VALUE_PID,  /* 0: none, or a process in another PID namespace */
	VALUE_LIST, /* 1,0,5 and [1, 0, 5] */
};

#define VALUE_TEXT_MAX 64

struct value {
	enum value_type type;
	uint64_t number;
	const char *text;	  /* VALUE_TEXT: must outlive the value; NULL: the text is in `own` */
	char *own_text;		  /* VALUE_TEXT: `text`, if value_done() is to free it */
	struct json_object *json; /* VALUE_TEXT: its JSON, if that is not the text; put by value_done() */
	uint64_t *list;		  /* VALUE_LIST: freed by value_done() */
	size_t n_list;
	char own[VALUE_TEXT_MAX];
};

/* How values are written, and what was looked up or computed for it. */
struct value_style {
	bool bytes; /* sizes as plain numbers */
	struct accounts accounts;
	uint64_t day;  /* of `date`, since 1970; most times in a table are of one day */
	char date[16]; /* "2026-11-24T"; "": none yet */
};

void value_done(struct value *value);

void value_set_number(struct value *value, enum value_type type, uint64_t number);

/* NULL and "" are VALUE_NONE. The text must outlive the value. */
void value_set_text(struct value *value, const char *text);

/* A text in the value itself, cut at VALUE_TEXT_MAX - 1. */
void value_set_format(struct value *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value for people, cut to the buffer (a VALUE_TEXT is returned as it is); "-" for VALUE_NONE. */
const char *value_to_string(const struct value *value, struct value_style *style,
			    char buffer[static VALUE_TEXT_MAX]);

/* A new JSON value (NULL is JSON's null). -ENOMEM. */
int value_to_json(const struct value *value, struct value_style *style, struct json_object **ret_json);

/* Writes the value as JSON. */
struct block;
void value_put_json(const struct value *value, struct value_style *style, struct block *block);

/* Like strcmp(): numbers by size, the others by text; VALUE_NONE is last. */
int value_compare(const struct value *a, const struct value *b, struct value_style *style);

#endif
