/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The grammar of sizes, spans, modes, percentages and numbers, and the nearest word. Tables of text and value. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/grammar.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED UINT64_C(0x5a5a5a5a)

struct row {
	const char *text;
	int result;
	uint64_t value;
};

static void check_rows(const struct row *rows, size_t n, int (*parse)(const char *, uint64_t *))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = UNTOUCHED;
		int r = parse(rows[i].text, &value);

		if (r != rows[i].result || value != (r == 0 ? rows[i].value : UNTOUCHED))
			fail_msg("'%s': %d, %llu", rows[i].text, r, (unsigned long long)value);
	}
}

static void sizes(void **state)
{
	static const struct row rows[] = {
		{ "0", 0, 0 },
		{ "1", 0, 1 },
		{ "16B", 0, 16 },
		{ "16K", 0, 16384 },
		{ "16KB", 0, 16384 },
		{ "1M", 0, 1 << 20 },
		{ "1.5M", 0, 3 << 19 },
		{ "0.125K", 0, 128 },
		{ "1.3K", 0, 1331 },
		{ "2G", 0, UINT64_C(2) << 30 },
		{ "99T", 0, UINT64_C(99) << 40 },
		{ "15E", 0, UINT64_C(15) << 60 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "16E", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "99999999999999999999999K", -ERANGE },
		{ "99999999999999999999999x", -EINVAL },
		{ "", -EINVAL },
		{ "K", -EINVAL },
		{ "-5", -EINVAL },
		{ "+5", -EINVAL },
		{ " 5", -EINVAL },
		{ "5 ", -EINVAL },
		{ "5 K", -EINVAL },
		{ "16k", -EINVAL },
		{ "16KiB", -EINVAL },
		{ "1.5", -EINVAL },
		{ "1.K", -EINVAL },
		{ ".5K", -EINVAL },
		{ "0x10", -EINVAL },
		{ "1K1", -EINVAL },
		{ "1KK", -EINVAL },
	};

	check_rows(rows, N(rows), grammar_size_from_string);
}

static void spans(void **state)
{
	static const struct row rows[] = {
		{ "5", 0, 5000000 },
		{ "0", 0, 0 },
		{ "5s", 0, 5000000 },
		{ "5 sec", 0, 5000000 },
		{ "500ms", 0, 500000 },
		{ "7us", 0, 7 },
		{ "7µs", 0, 7 },
		{ "0.5s", 0, 500000 },
		{ "1min 30s", 0, 90000000 },
		{ "1min30s", 0, 90000000 },
		{ "2h", 0, UINT64_C(7200000000) },
		{ "1d 1 hour", 0, UINT64_C(90000000000) },
		{ "2 weeks", 0, UINT64_C(1209600000000) },
		{ "1M", 0, UINT64_C(2630016000000) },
		{ "1y", 0, UINT64_C(31557600000000) },
		{ "infinity", 0, GRAMMAR_SPAN_INFINITY },
		{ "1000000y", -ERANGE },
		{ "99999999999999999999s", -ERANGE },
		{ "18446744073709551615us", -ERANGE },
		{ "", -EINVAL },
		{ "s", -EINVAL },
		{ "-1s", -EINVAL },
		{ " 1s", -EINVAL },
		{ "1 parsec", -EINVAL },
		{ "1s infinity", -EINVAL },
		{ "1.5.2s", -EINVAL },
	};

	check_rows(rows, N(rows), grammar_span_from_string);
}

static int parse_mode(const char *text, uint64_t *ret_value)
{
	mode_t mode = 0;
	int r = grammar_mode_from_string(text, &mode);

	if (r == 0)
		*ret_value = mode;
	return r;
}

static void modes(void **state)
{
	static const struct row rows[] = {
		{ "0660", 0, 0660 },
		{ "660", 0, 0660 },
		{ "0", 0, 0 },
		{ "777", 0, 0777 },
		{ "00000660", 0, 0660 },
		{ "1777", -ERANGE },
		{ "77777777777777777777777777", -ERANGE },
		{ "", -EINVAL },
		{ "9999", -EINVAL },
		{ "0x1b0", -EINVAL },
		{ "rw-rw----", -EINVAL },
		{ "-660", -EINVAL },
		{ " 0660", -EINVAL },
	};

	check_rows(rows, N(rows), parse_mode);
}

static int parse_percent(const char *text, uint64_t *ret_value)
{
	unsigned percent = 0;
	int r = grammar_percent_from_string(text, &percent);

	if (r == 0)
		*ret_value = percent;
	return r;
}

static void percentages(void **state)
{
	static const struct row rows[] = {
		{ "80", 0, 80 },
		{ "80%", 0, 80 },
		{ "1", 0, 1 },
		{ "100%", 0, 100 },
		{ "0", -ERANGE },
		{ "101", -ERANGE },
		{ "99999999999999999999%", -ERANGE },
		{ "", -EINVAL },
		{ "%", -EINVAL },
		{ "80 %", -EINVAL },
		{ "-1", -EINVAL },
		{ "8.5", -EINVAL },
		{ "80%%", -EINVAL },
	};

	check_rows(rows, N(rows), parse_percent);
}

static int parse_bool(const char *text, uint64_t *ret_value)
{
	bool value = false;
	int r = grammar_bool_from_string(text, &value);

	if (r == 0)
		*ret_value = value;
	return r;
}

static void booleans(void **state)
{
	static const struct row rows[] = {
		{ "yes", 0, 1 },  { "true", 0, 1 },  { "on", 0, 1 },	  { "1", 0, 1 }, { "YES", 0, 1 },
		{ "no", 0, 0 },	  { "false", 0, 0 }, { "off", 0, 0 },	  { "0", 0, 0 }, { "", -EINVAL },
		{ "2", -EINVAL }, { "ye", -EINVAL }, { "yes ", -EINVAL },
	};

	check_rows(rows, N(rows), parse_bool);
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int result;
		int64_t value;
	} rows[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 0, 10 },
		{ "010", 0, 10, 0, 10 },
		{ "0x0a", 0, 10, 0, 10 },
		{ "-3", -5, 5, 0, -3 },
		{ "-0x3", -5, 5, 0, -3 },
		{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, 0, 0, INT64_MIN },
		{ "11", 0, 10, -ERANGE },
		{ "-1", 0, 10, -ERANGE },
		{ "9223372036854775808", 0, INT64_MAX, -ERANGE },
		{ "", 0, 10, -EINVAL },
		{ "-", 0, 10, -EINVAL },
		{ "--1", -5, 10, -EINVAL },
		{ "+1", 0, 10, -EINVAL },
		{ " 1", 0, 10, -EINVAL },
		{ "1 ", 0, 10, -EINVAL },
		{ "0x", 0, 10, -EINVAL },
		{ "1a", 0, 10, -EINVAL },
		{ "abc", 0, 10, -EINVAL },
	};

	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = -77;
		int r = grammar_number_from_string(rows[i].text, rows[i].min, rows[i].max, &value);

		if (r != rows[i].result || value != (r == 0 ? rows[i].value : -77))
			fail_msg("'%s': %d, %lld", rows[i].text, r, (long long)value);
	}
}

static void sizes_written(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text, *sentence;
	} rows[] = {
		{ 0, "0", "0 bytes" },
		{ 1, "1", "1 byte" },
		{ 999, "999", "999 bytes" },
		{ 1023, "1023", "1023 bytes" },
		{ 1024, "1K" },
		{ 16384, "16K" },
		{ 3 << 19, "1.5M" },
		{ 1024 * 1024 - 1, "1M" },
		{ 1000 * 1024, "1000K" },
		{ UINT64_C(16) << 30, "16G" },
		{ UINT64_C(99) << 40, "99T" },
		{ UINT64_MAX, "16E" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char buffer[GRAMMAR_SIZE_MAX];

		assert_ptr_equal(grammar_size_to_string(rows[i].bytes, buffer), buffer);
		assert_string_equal(buffer, rows[i].text);
		assert_ptr_equal(grammar_bytes_to_string(rows[i].bytes, buffer), buffer);
		assert_string_equal(buffer, rows[i].sentence != NULL ? rows[i].sentence : rows[i].text);
	}
}

static void nearest_words(void **state)
{
	static const char *const words[] = {
		"key", "mode", "capacity", "description", "queue", "size", NULL
	};
	static const struct {
		const char *word, *nearest;
	} rows[] = {
		{ "kye", "key" },
		{ "ky", "key" },
		{ "keys", "key" },
		{ "moed", "mode" },
		{ "Mode", "mode" },
		{ "CAPACITY", "capacity" },
		{ "capcity", "capacity" },
		{ "capazitet", "capacity" },
		{ "discription", "description" },
		{ "quue", "queue" },
		{ "queu", "queue" },
		{ "", NULL },
		{ "owner", NULL },
		{ "xyz", NULL },
		{ "a-word-that-is-longer-than-any-that-could-have-been-meant-by-anyone", NULL },
	};

	for (size_t i = 0; i < N(rows); i++) {
		const char *nearest = grammar_nearest(rows[i].word, words);

		if (nearest == NULL ? rows[i].nearest != NULL
				    : rows[i].nearest == NULL || strcmp(nearest, rows[i].nearest) != 0)
			fail_msg("'%s': %s", rows[i].word, nearest == NULL ? "none" : nearest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),	 cmocka_unit_test(spans),	  cmocka_unit_test(modes),
		cmocka_unit_test(percentages),	 cmocka_unit_test(booleans),	  cmocka_unit_test(numbers),
		cmocka_unit_test(sizes_written), cmocka_unit_test(nearest_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
