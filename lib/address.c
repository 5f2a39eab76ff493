/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a user names a channel: the grammar of addresses, and the key of a name that declares none. Pure text, no
 * lookups; both programs and the library read addresses with these functions only, so that one text means the same
 * everywhere.
 */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/kipc.h"

static const struct {
	enum kipc_kind kind;
	const char *word;
} kinds[] = {
	{ KIPC_QUEUE, "queue" },
	{ KIPC_SEGMENT, "segment" },
	{ KIPC_SEMAPHORE, "semaphore" },
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

const char *kipc_kind_to_string(enum kipc_kind kind)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].word;
	return NULL;
}

enum kipc_kind kipc_kind_from_string(const char *word)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].kind;
	return 0;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many bytes at the start of `text` make a name; 0: none. */
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

/* An unsigned number without sign or blank, decimal or 0x…; *end is left behind it. */
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
		address->key = (key_t)(uint32_t)number;
	return !is_id && number == 0 ? -ERANGE : 0;
}

static int parse_index(const char *text, struct kipc_address *address, char **ret_end)
{
	uint64_t number;
	char *end;
	int r;

	r = parse_number(text + 1, USHRT_MAX, &end, &number);
	if (r < 0)
		return r;
	if (*end != ']')
		return -EINVAL;
	address->index = (int)number;
	*ret_end = end + 1;
	return 0;
}

int kipc_address_parse(const char *text, struct kipc_address *ret_address)
{
	struct kipc_address address = { .index = -1 };
	char *end;
	int r;

	for (size_t i = 0; i < N_KINDS; i++) {
		size_t n = strlen(kinds[i].word);

		if (strncmp(text, kinds[i].word, n) == 0 && text[n] == ':') {
			address.kind = kinds[i].kind;
			text += n + 1;
			break;
		}
	}

	if (is_letter(text[0])) {
		size_t n = name_length(text);

		if (n > KIPC_NAME_MAX)
			return -ERANGE;
		address.form = KIPC_BY_NAME;
		memcpy(address.name, text, n);
		end = (char *)text + n;
	} else {
		r = parse_key_or_id(text, &address, &end);
		if (r < 0)
			return r;
	}

	if (*end == '[' && (address.kind == 0 || address.kind == KIPC_SEMAPHORE)) {
		r = parse_index(end, &address, &end);
		if (r < 0)
			return r;
	}
	if (*end != '\0')
		return -EINVAL;
	*ret_address = address;
	return 0;
}

key_t kipc_key_from_name(enum kipc_kind kind, const char *name)
{
	const char *parts[] = { kipc_kind_to_string(kind), ":", name };
	uint32_t hash = 2166136261U; /* FNV-1a, 32 bits: offset basis and prime */

	for (size_t i = 0; i < 3; i++)
		for (const char *p = parts[i]; p != NULL && *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) * 16777619U;
	return hash == 0 ? 1 : (key_t)hash;
}
