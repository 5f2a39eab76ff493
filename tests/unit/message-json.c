/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Messages as JSON, and valid UTF-8: every body must be unchanged, as text or as base64. */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/see/message-json.h"
#include "common/utf8.h"

#define TEXT(text) text, sizeof text - 1

static void bodies_become_text_or_base64(void **state)
{
	static const struct {
		long type;
		const char *body;
		size_t size;
		const char *expected;
	} rows[] = {
		{ 1, TEXT(""), "{\"type\":1,\"size\":0,\"text\":\"\"}" },
		{ 7, TEXT("hello"), "{\"type\":7,\"size\":5,\"text\":\"hello\"}" },
		{ 1, TEXT("a/b\"\\"), "{\"type\":1,\"size\":5,\"text\":\"a/b\\\"\\\\\"}" },
		{ 1, TEXT("a\0b"), "{\"type\":1,\"size\":3,\"text\":\"a\\u0000b\"}" },
		{ 1, TEXT("\033[31m\n"), "{\"type\":1,\"size\":6,\"text\":\"\\u001b[31m\\n\"}" },
		{ 1, TEXT("\xC3\xA9"), "{\"type\":1,\"size\":2,\"text\":\"\xC3\xA9\"}" },
		{ 1, TEXT("\xC3"), "{\"type\":1,\"size\":1,\"base64\":\"ww==\"}" },
		{ 1, TEXT("\xFF\xFE"), "{\"type\":1,\"size\":2,\"base64\":\"//4=\"}" },
		{ 1, TEXT("\xFF\xFE\xFD"), "{\"type\":1,\"size\":3,\"base64\":\"//79\"}" },
		{ 1, TEXT("abc\x80"), "{\"type\":1,\"size\":4,\"base64\":\"YWJjgA==\"}" },
#if LONG_MAX == INT64_MAX
		{ LONG_MAX, TEXT("x"), "{\"type\":9223372036854775807,\"size\":1,\"text\":\"x\"}" },
#else
		{ LONG_MAX, TEXT("x"), "{\"type\":2147483647,\"size\":1,\"text\":\"x\"}" },
#endif
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t size = 0;
		char *line = message_to_json(rows[i].type, rows[i].body, rows[i].size, &size);

		assert_non_null(line);
		assert_string_equal(line, rows[i].expected);
		assert_int_equal(size, strlen(line));
		free(line);
	}
}

static void what_was_printed_is_read_again(void **state)
{
	unsigned char bytes[256];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(255 - i);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		size_t n_line = 0, size = 0;
		char *line = message_to_json((long)n + 1, bytes, n, &n_line);
		const char *why = NULL;
		void *body = NULL;
		long type = 0;

		assert_int_equal(message_from_json(line, n_line, &type, &body, &size, &why), 0);
		assert_int_equal(type, n + 1);
		assert_int_equal(size, n);
		assert_memory_equal(body, bytes, n);
		free(body);
		free(line);
	}
}

static void what_is_no_message_says_why(void **state)
{
	static const struct {
		const char *line;
		const char *why; /* NULL: it is one */
	} rows[] = {
		{ "{\"type\":3,\"size\":2,\"text\":\"\\u0000x\"}", NULL },
		{ "{\"text\":\"\"} \r", NULL },
		{ " {\"base64\":\"\"}", NULL },
		{ "{\"base64\":\"/w==\",\"size\":1}", NULL },
		{ "hello", "it is not a single JSON object" },
		{ "[]", "it is not a single JSON object" },
		{ "null", "it is not a single JSON object" },
		{ "{\"text\":\"a\"", "it is not a single JSON object" },
		{ "{\"text\":\"a\"} {}", "it is not a single JSON object" },
		{ "{\"text\":\"\xff\"}", "it is not a single JSON object" },
		{ "{}", "it needs either \"text\" or \"base64\"" },
		{ "{\"text\":\"a\",\"base64\":\"\"}", "it needs either \"text\" or \"base64\"" },
		{ "{\"text\":5}", "its text or base64 is not a string" },
		{ "{\"text\":\"a\",\"type\":0}", "its type is not a whole number above 0" },
		{ "{\"text\":\"a\",\"type\":1.5}", "its type is not a whole number above 0" },
		{ "{\"text\":\"a\",\"type\":\"1\"}", "its type is not a whole number above 0" },
		{ "{\"text\":\"a\",\"type\":9223372036854775808}", "its type is not a whole number above 0" },
		{ "{\"text\":\"a\",\"size\":2}", "its size is not that of the message" },
		{ "{\"text\":\"a\",\"typ\":2}", "it has a member other than type, size, text and base64" },
		{ "{\"base64\":\"/w=\"}", "its \"base64\" is not valid base64" },
		{ "{\"base64\":\"/x==\"}", "its \"base64\" is not valid base64" },
		{ "{\"base64\":\"=w==\"}", "its \"base64\" is not valid base64" },
		{ "{\"base64\":\"/w==/w==\"}", "its \"base64\" is not valid base64" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *why = NULL;
		void *body = NULL;
		size_t size;
		long type;
		int r = message_from_json(rows[i].line, strlen(rows[i].line), &type, &body, &size, &why);

		if (rows[i].why == NULL) {
			assert_int_equal(r, 0);
			free(body);
			continue;
		}
		assert_int_equal(r, -EBADMSG);
		assert_string_equal(why, rows[i].why);
		assert_null(body);
	}
}

static void only_well_formed_utf8_is_valid(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool is_valid;
	} rows[] = {
		{ TEXT(""), true },
		{ TEXT("plain"), true },
		{ TEXT("\x7F"), true },
		{ TEXT("\xC2\x80"), true },
		{ TEXT("\xEF\xBF\xBD"), true },
		{ TEXT("\xF4\x8F\xBF\xBF"), true },
		{ TEXT("\x80"), false },	     /* a continuation alone */
		{ TEXT("\xC0\x80"), false },	     /* over-long */
		{ TEXT("\xC1\xBF"), false },	     /* over-long */
		{ TEXT("\xE0\x9F\xBF"), false },     /* over-long */
		{ TEXT("\xF0\x8F\xBF\xBF"), false }, /* over-long */
		{ TEXT("\xED\xA0\x80"), false },     /* a surrogate */
		{ TEXT("\xF4\x90\x80\x80"), false }, /* beyond U+10FFFF */
		{ TEXT("\xE2\x82"), false },	     /* cut off */
		{ TEXT("\xE2\x82x"), false },
		{ TEXT("\xFF"), false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(utf8_is_valid(rows[i].text, rows[i].size), rows[i].is_valid);
}

static void what_is_not_utf8_is_repaired(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{ "plain", "plain" },
		{ "a\xFFz", "a\xEF\xBF\xBDz" },
		{ "\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xC3\xA9\xC3", "\xC3\xA9\xEF\xBF\xBD" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t size = 0;
		char *repaired = utf8_repair(rows[i].text, strlen(rows[i].text), &size);

		assert_non_null(repaired);
		assert_string_equal(repaired, rows[i].expected);
		assert_int_equal(size, strlen(repaired));
		assert_true(utf8_is_valid(repaired, size));
		free(repaired);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_become_text_or_base64),
		cmocka_unit_test(what_was_printed_is_read_again),
		cmocka_unit_test(what_is_no_message_says_why),
		cmocka_unit_test(only_well_formed_utf8_is_valid),
		cmocka_unit_test(what_is_not_utf8_is_repaired),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
