/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Values as JSON: the direct output is byte for byte that of json-c. */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "client/table/block.h"
#include "client/table/value.h"

static const struct {
	enum value_type type;
	uint64_t number;
	const char *text, *expected;
} cases[] = {
	{ VALUE_NONE, 0, NULL, "null" },
	{ VALUE_NUMBER, 0, NULL, "0" },
	{ VALUE_NUMBER, UINT64_MAX, NULL, "18446744073709551615" },
	{ VALUE_PERCENT, 75, NULL, "75" },
	{ VALUE_SIZE, 16384, NULL, "16384" },
	{ VALUE_PID, 4194304, NULL, "4194304" },
	{ VALUE_BOOL, 0, NULL, "false" },
	{ VALUE_BOOL, 1, NULL, "true" },
	{ VALUE_KEY, 0xfffffffe, NULL, "\"0xfffffffe\"" },
	{ VALUE_KEY, 0x4b01, NULL, "\"0x00004b01\"" },
	{ VALUE_MODE, 0660, NULL, "\"0660\"" },
	{ VALUE_TIME, 1, NULL, "\"1970-01-01T00:00:01Z\"" },
	{ VALUE_TIME, 951827696, NULL, "\"2000-02-29T12:34:56Z\"" },
	{ VALUE_TIME, 951868799, NULL, "\"2000-02-29T23:59:59Z\"" },
	{ VALUE_TIME, 951868800, NULL, "\"2000-03-01T00:00:00Z\"" },
	{ VALUE_TIME, INT64_MAX, NULL, "9223372036854775807" },
	{ VALUE_TIME, 951868801, NULL, "\"2000-03-01T00:00:01Z\"" },
	{ VALUE_USER, 4294967294, NULL, "\"4294967294\"" },
	{ VALUE_TEXT, 0, "", "\"\"" },
	{ VALUE_TEXT, 0, "orders", "\"orders\"" },
	{ VALUE_TEXT, 0, "\"a\\b/c\"", "\"\\\"a\\\\b/c\\\"\"" },
	{ VALUE_TEXT, 0, "\b\f\n\r\t\x01\x1b[31m\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001b[31m\x7f\"" },
	{ VALUE_TEXT, 0, "日本 e\xcc\x81", "\"日本 e\xcc\x81\"" },
	{ VALUE_TEXT, 0,
	  "a\xff"
	  "b\xe6\x97"
	  "\xc0\xaf",
	  "\"a\xef\xbf\xbd"
	  "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

/* As value_put_json() writes it; freed by the caller. */
static char *put(const struct value *value, struct value_style *style)
{
	struct block *block = malloc(sizeof *block);
	size_t size;
	char *text;

	block_init(block, open_memstream(&text, &size));
	value_put_json(value, style, block);
	block_flush(block);
	fclose(block->out);
	free(block);
	return text;
}

static void test_scalars(void **state)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	struct value_style style = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct value value = { .type = cases[i].type,
				       .number = cases[i].number,
				       .text = cases[i].text };
		struct json_object *json;
		char *text = put(&value, &style);

		assert_string_equal(text, cases[i].expected);
		assert_int_equal(value_to_json(&value, &style, &json), 0);
		assert_string_equal(json == NULL ? "null" : json_object_to_json_string_ext(json, flags),
				    text);
		json_object_put(json);
		free(text);
	}
	accounts_done(&style.accounts);
}

static void test_lists(void **state)
{
	static uint64_t numbers[40000];
	struct value_style style = { 0 };

	(void)state;
	for (size_t n = 0; n <= 40000; n = n < 2 ? n + 1 : n * 200) {
		struct value value = { .type = VALUE_LIST, .list = numbers, .n_list = n };
		struct json_object *json, *read;
		char *text = put(&value, &style);

		numbers[n / 2] = n;
		free(text);
		text = put(&value, &style);
		read = json_tokener_parse(text);
		assert_non_null(read);
		assert_int_equal(value_to_json(&value, &style, &json), 0);
		assert_true(json_object_equal(json, read));
		json_object_put(json);
		json_object_put(read);
		free(text);
	}
}

/* What is put into a block follows what was there before. */
static void test_blocks(void **state)
{
	static char large[3 * BLOCK_ROOM];
	struct block *block = malloc(sizeof *block);
	size_t size;
	char *text;

	(void)state;
	memset(large, 'x', sizeof large);
	block_init(block, open_memstream(&text, &size));
	block_put(block, "a", 1);
	block_put(block, large, BLOCK_ROOM);
	block_put(block, "b", 1);
	block_put(block, large, sizeof large);
	block_fill(block, ' ', BLOCK_ROOM + 1);
	block_put(block, "c", 1);
	block_flush(block);
	fclose(block->out);
	assert_int_equal(size, 3 + BLOCK_ROOM + sizeof large + BLOCK_ROOM + 1);
	assert_int_equal(text[0], 'a');
	assert_int_equal(text[1 + BLOCK_ROOM], 'b');
	assert_int_equal(text[2 + BLOCK_ROOM], 'x');
	assert_int_equal(text[size - 2], ' ');
	assert_int_equal(text[size - 1], 'c');
	free(text);
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
