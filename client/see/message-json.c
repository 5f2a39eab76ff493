/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages as `recv --json` and `peek --json` print them and `send --json` reads them. A body that is valid UTF-8,
 * which may include NUL bytes (JSON writes \u0000), is text; any other is base64 (RFC 4648), so that every byte is
 * preserved.
 */

#include "client/see/message-json.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static char *base64_from_bytes(const unsigned char *bytes, size_t size, size_t *ret_size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((size + 2) / 3 * 4 + 1), *p = text;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < size; i += 3) {
		size_t n = size - i < 3 ? size - i : 3;
		unsigned group = (unsigned)bytes[i] << 16;

		group |= n > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
		group |= n > 2 ? bytes[i + 2] : 0;
		*p++ = digits[group >> 18];
		*p++ = digits[group >> 12 & 63];
		*p++ = n > 1 ? digits[group >> 6 & 63] : '=';
		*p++ = n > 2 ? digits[group & 63] : '=';
	}
	*p = '\0';
	*ret_size = (size_t)(p - text);
	return text;
}

/* Adds a member, and puts `value` if that fails. */
static int add_member(struct json_object *object, const char *key, struct json_object *value)
{
	if (value == NULL)
		return -ENOMEM;
	if (json_object_object_add_ex(object, key, value,
				      JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_body(struct json_object *object, const void *body, size_t size)
{
	size_t n_text;
	char *text;
	int r;

	if (size > INT_MAX / 4 * 3) /* too long for a string of json-c */
		return -EFBIG;
	if (utf8_is_valid(body, size))
		return add_member(object, "text", json_object_new_string_len(body, (int)size));
	text = base64_from_bytes(body, size, &n_text);
	if (text == NULL)
		return -ENOMEM;
	r = add_member(object, "base64", json_object_new_string_len(text, (int)n_text));
	free(text);
	return r;
}

char *message_to_json(long type, const void *body, size_t size, size_t *ret_size)
{
	struct json_object *object = json_object_new_object();
	char *line = NULL;

	if (object == NULL)
		return NULL;
	if (add_member(object, "type", json_object_new_int64(type)) == 0 &&
	    add_member(object, "size", json_object_new_uint64(size)) == 0 &&
	    add_body(object, body, size) == 0) {
		const char *text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

		line = text != NULL ? strdup(text) : NULL;
	}
	json_object_put(object);
	if (line != NULL)
		*ret_size = strlen(line);
	return line;
}

/* -- reading ---------------------------------------------------------------------------------------------- */

/* The value of a base64 digit, or -1. */
static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes into `bytes`, which has room for three quarters of the text. -EBADMSG: the text is not canonical base64. */
static int bytes_from_base64(const char *text, size_t n, unsigned char *bytes, size_t *ret_size)
{
	size_t n_padding = n > 0 && text[n - 1] == '=' ? 1 + (n > 1 && text[n - 2] == '=') : 0, used = 0;
	uint32_t group = 0;

	if (n % 4 != 0)
		return -EBADMSG;
	for (size_t i = 0; i < n - n_padding; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return -EBADMSG;
		group = group << 6 | (uint32_t)value;
		if (i % 4 > 0)
			bytes[used++] = (unsigned char)(group >> (6 - 2 * (i % 4)));
	}
	/* The bits of the last digit beyond the last byte must be zero. */
	if (n_padding > 0 && (group & (n_padding == 1 ? 3 : 15)) != 0)
		return -EBADMSG;
	*ret_size = used;
	return 0;
}

/* The members of a line, which belong to its object. */
struct members {
	struct json_object *type, *size, *text, *base64;
};

/* Finds the members; returns what is wrong with them, or NULL. */
static const char *take_members(struct json_object *object, struct members *ret_members)
{
	struct members members = { 0 };

	json_object_object_foreach(object, name, value)
	{
		if (strcmp(name, "type") == 0)
			members.type = value;
		else if (strcmp(name, "size") == 0)
			members.size = value;
		else if (strcmp(name, "text") == 0)
			members.text = value;
		else if (strcmp(name, "base64") == 0)
			members.base64 = value;
		else
			return "it has a member other than type, size, text and base64";
	}
	if ((members.text == NULL) == (members.base64 == NULL))
		return "it needs either \"text\" or \"base64\"";
	if (!json_object_is_type(members.text != NULL ? members.text : members.base64, json_type_string))
		return "its text or base64 is not a string";
	if (members.type != NULL &&
	    (!json_object_is_type(members.type, json_type_int) || json_object_get_int64(members.type) < 1 ||
	     json_object_get_uint64(members.type) > LONG_MAX))
		return "its type is not a whole number above 0";
	*ret_members = members;
	return NULL;
}

static int take_body(const struct members *members, void **ret_body, size_t *ret_size,
		     const char **reterr_why)
{
	struct json_object *string = members->text != NULL ? members->text : members->base64;
	const char *text = json_object_get_string(string);
	size_t n = (size_t)json_object_get_string_len(string), size = n;
	void *body = malloc(n + 1);

	if (body == NULL)
		return -ENOMEM;
	if (members->text != NULL)
		memcpy(body, text, n);
	else if (bytes_from_base64(text, n, body, &size) < 0)
		*reterr_why = "its \"base64\" is not valid base64";
	if (*reterr_why == NULL && members->size != NULL &&
	    (!json_object_is_type(members->size, json_type_int) ||
	     json_object_get_int64(members->size) != (int64_t)size))
		*reterr_why = "its size is not that of the message";
	if (*reterr_why != NULL) {
		free(body);
		return -EBADMSG;
	}
	*ret_body = body;
	*ret_size = size;
	return 0;
}

/* The JSON value of the line; NULL: the line is not JSON. */
static struct json_object *parse_line(const char *line, size_t n_line, bool *ret_has_memory)
{
	struct json_tokener *tokener;
	struct json_object *object;

	while (n_line > 0 && strchr(" \t\r\n", line[n_line - 1]) != NULL)
		n_line--;
	*ret_has_memory = true;
	if (n_line > INT_MAX)
		return NULL;
	tokener = json_tokener_new_ex(4);
	*ret_has_memory = tokener != NULL;
	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)n_line);
	if (object != NULL && json_tokener_get_parse_end(tokener) != n_line) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

int message_from_json(const char *line, size_t n_line, long *ret_type, void **ret_body, size_t *ret_size,
		      const char **reterr_why)
{
	struct json_object *object;
	struct members members;
	const char *why = NULL;
	bool has_memory;
	int r;

	object = parse_line(line, n_line, &has_memory);
	if (!has_memory)
		return -ENOMEM;
	if (!json_object_is_type(object, json_type_object))
		why = "it is not a single JSON object";
	else
		why = take_members(object, &members);
	r = why != NULL ? -EBADMSG : take_body(&members, ret_body, ret_size, &why);
	if (r == 0)
		*ret_type = members.type != NULL ? (long)json_object_get_int64(members.type) : 0;
	else if (r == -EBADMSG)
		*reterr_why = why;
	json_object_put(object);
	return r;
}
