/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Message bodies for `recv --json` and `peek --json`. A body is text if it is valid UTF-8 as a whole (NUL bytes
 * are: JSON writes them as \u0000), otherwise base64 (RFC 4648), so that every byte comes out on the other side.
 */

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "client/message-json.h"
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

/* Adds a member; takes `value` over in any case. */
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

	if (size > INT_MAX / 4 * 3) /* beyond what json-c can hold in one string */
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
