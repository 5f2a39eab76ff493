/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a user names a channel: the grammar of addresses, and the keys that names and paths stand for. Only the
 * key of an ftok: address depends on anything but the text. The library and both programs read addresses with
 * these functions alone, so that an address means the same everywhere.
 */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "lib/kind.h"

#define FTOK "ftok:"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of the name at the start of `text`; 0: there is no name. */
static size_t name_length(const char *text)
{
	size_t n = 0;

	if (!is_letter(text[0]))
		return 0;
	while (is_letter(text[n]) || is_digit(text[n]) || text[n] == '.' || text[n] == '_' || text[n] == '-')
		n++;
	return n;
}

bool kipc_name_is_valid(const char *name)
{
	size_t n = name_length(name);

	return n > 0 && n <= KIPC_NAME_MAX && name[n] == '\0';
}

/*
 * A number without sign or blank, decimal or 0x…; *ret_end points behind it. -EINVAL: not a number; -ERANGE:
 * above `max`.
 */
static int parse_number(const char *text, uint64_t max, char **ret_end, uint64_t *ret_number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long number;
	char *end;

	if (!is_digit(text[0]) || (hex && !isxdigit((unsigned char)text[2])))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, hex ? 16 : 10);
	if (errno != 0 || number > max)
		return -ERANGE;
	*ret_end = end;
	*ret_number = number;
	return 0;
}

static int parse_key_or_id(const char *text, struct kipc_address *address, char **ret_end)
{
	bool is_id = text[0] == '@';
	uint64_t number;
	int r;

	r = parse_number(is_id ? text + 1 : text, is_id ? INT_MAX : UINT32_MAX, ret_end, &number);
	if (r < 0)
		return r;
	address->form = is_id ? KIPC_BY_ID : KIPC_BY_KEY;
	if (is_id)
		address->id = (int)number;
	else
		address->key = (int32_t)(uint32_t)number;
	return !is_id && number == 0 ? -ERANGE : 0;
}

static int parse_index(const char *text, struct kipc_address *address)
{
	uint64_t number;
	char *end;
	int r;

	r = parse_number(text + 1, USHRT_MAX, &end, &number);
	if (r < 0)
		return r;
	if (end[0] != ']' || end[1] != '\0')
		return -EINVAL;
	address->index = (int)number;
	return 0;
}

/*
 * "PATH:PROJECT"; PROJECT is a number or a character in quotes. The path may contain colons, so it ends at
 * the last one.
 */
static int parse_ftok(const char *text, size_t n, struct kipc_address *address)
{
	uint64_t project;
	const char *colon;
	char *end;
	int r;

	if (n >= 5 && text[n - 4] == ':' && text[n - 3] == '\'' && text[n - 1] == '\'') {
		colon = text + n - 4;
		project = (unsigned char)text[n - 2];
	} else {
		colon = memrchr(text, ':', n);
		if (colon == NULL || colon == text)
			return -EINVAL;
		r = parse_number(colon + 1, UINT8_MAX, &end, &project);
		if (r < 0)
			return r;
		if (end != text + n)
			return -EINVAL;
	}
	if (project == 0)
		return -ERANGE;
	address->form = KIPC_BY_FTOK;
	address->path = text;
	address->path_length = (size_t)(colon - text);
	address->project = (int)project;
	return 0;
}

/* The "[N]" at the end of an address that may mean a semaphore set; NULL: there is none. */
static const char *find_index(const char *text, const struct kipc_address *address)
{
	size_t n = strlen(text);
	bool may_be_set = address->kind == 0 || address->kind == KIPC_SEMAPHORE;

	return may_be_set && n > 0 && text[n - 1] == ']' ? strrchr(text, '[') : NULL;
}

/* The part between kind and index, from `text` to `end`. */
static int parse_body(const char *text, const char *end, struct kipc_address *address)
{
	size_t n = (size_t)(end - text);
	char *number_end;
	int r;

	if (strncmp(text, FTOK, strlen(FTOK)) == 0 && n > strlen(FTOK))
		return parse_ftok(text + strlen(FTOK), n - strlen(FTOK), address);
	if (!is_letter(text[0])) {
		r = parse_key_or_id(text, address, &number_end);
		return r == 0 && number_end != end ? -EINVAL : r;
	}
	if (name_length(text) != n)
		return name_length(text) > KIPC_NAME_MAX ? -ERANGE : -EINVAL;
	if (n > KIPC_NAME_MAX)
		return -ERANGE;
	address->form = KIPC_BY_NAME;
	memcpy(address->name, text, n);
	return 0;
}

int kipc_address_parse(const char *text, struct kipc_address *ret_address)
{
	struct kipc_address address = { .index = -1 };
	const char *index;
	int r;

	address.kind = kind_take(&text);
	index = find_index(text, &address);
	r = parse_body(text, index != NULL ? index : text + strlen(text), &address);
	if (r == 0 && index != NULL)
		r = parse_index(index, &address);
	if (r == 0)
		*ret_address = address;
	return r;
}

int kipc_address_to_key(const struct kipc_address *address, int32_t *ret_key)
{
	char *path;
	key_t key;
	int r;

	if (address->form == KIPC_BY_KEY) {
		*ret_key = address->key;
		return 0;
	}
	if (address->form != KIPC_BY_FTOK)
		return -EINVAL;
	path = strndup(address->path, address->path_length);
	if (path == NULL)
		return -ENOMEM;
	errno = 0; /* -1 may also be a key, though that is very unlikely */
	key = ftok(path, address->project);
	r = key == -1 ? -errno : 0;
	free(path);
	if (r == 0)
		*ret_key = key;
	return r;
}

int32_t kipc_key_from_name(enum kipc_kind kind, const char *name)
{
	const char *parts[] = { kipc_kind_to_string(kind), ":", name };
	uint32_t hash = 2166136261U; /* FNV-1a, 32 bits: offset basis and prime */

	for (size_t i = 0; i < 3; i++)
		for (const char *p = parts[i]; p != NULL && *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) * 16777619U;
	return hash == 0 ? 1 : (int32_t)hash;
}
