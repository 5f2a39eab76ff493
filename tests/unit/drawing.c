/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Tables as text: widths, alignment, cells that are cut where room is short, and bytes that are escaped. */

#undef NDEBUG
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/table/drawing.h"

#define N_COLUMNS 3

static const struct {
	const char *name;
	const char *cells[2 * N_COLUMNS]; /* NULL ends them */
	bool has_headings;
	size_t width; /* of the terminal; 0: none */
	const char *expected;
	bool may_drop;
} cases[] = {
	{ "columns are as wide as their widest cell, numbers at the right",
	  { "orders", "5", "active", "a", "1234", "lost" },
	  true,
	  0,
	  "NAME      N STATE\norders    5 active\na      1234 lost\n" },
	{ "without headings they do not widen a column", { "a", "1", "b" }, false, 0, "a 1 b\n" },
	{ "nothing at all is nothing", { NULL }, true, 80, "" },
	{ "what fits is not cut", { "orders", "5", "active" }, false, 15, "orders 5 active\n" },
	{ "the elastic column gives way",
	  { "orders", "5", "a-long-reason" },
	  false,
	  15,
	  "orders 5 a-lon…\n" },
	{ "but not below four places", { "orders", "5", "a-long-reason" }, false, 3, "orders 5 a-l…\n" },
	{ "columns without room are dropped, the last ones first",
	  { "orders", "5", "a-long-reason", "a", "1234", "lost" },
	  true,
	  14,
	  "NAME      N\norders    5\na      1234\n",
	  true },
	{ "but not where cutting makes room",
	  { "orders", "5", "a-long-reason" },
	  false,
	  13,
	  "orders 5 a-l…\n",
	  true },
	{ "a long name is shortened before a column is dropped, in its middle",
	  { "order-processing-europe-west-01", "5", "ok", "order-processing-europe-west-02", "6", "lost" },
	  true,
	  24,
	  "NAME             N STATE\norder-pr…west-01 5 ok\norder-pr…west-02 6 lost\n",
	  true },
	{ "but not below twelve places",
	  { "order-processing-europe-west-01", "5", "active" },
	  false,
	  14,
	  "order-…st-01 5\n",
	  true },
	{ "one that fits is whole beside it",
	  { "order-processing-europe-west-01", "5", "ok", "orders", "6", "lost" },
	  false,
	  21,
	  "order-p…est-01 5 ok\norders         6 lost\n",
	  true },
	{ "the first one is always there", { "orders", "5", "active" }, false, 3, "o…s\n", true },
	{ "a wide character takes two places and is never halved",
	  { "日本", "1", "x日本日本" },
	  false,
	  11,
	  "日本 1 x日…\n" },
	{ "nor at the end of a name", { "日本日本日本日本", "1", "x" }, false, 16, "日本日…日本  1 x\n" },
	{ "a combining mark takes none", { "e\xcc\x81t", "1", "x" }, false, 0, "e\xcc\x81t 1 x\n" },
	{ "control bytes and escape sequences are escaped",
	  { "a\x1b[31m\n", "1", "x" },
	  false,
	  0,
	  "a\\x1b[31m\\x0a 1 x\n" },
	{ "so is what is no UTF-8", { "\xff\xc3", "1", "x" }, false, 0, "\\xff\\xc3 1 x\n" },
	{ "so are C1 controls", { "\xc2\x9b", "1", "x" }, false, 0, "\\xc2\\x9b 1 x\n" },
};

static void draw(void **state)
{
	size_t n = (size_t)(uintptr_t)*state;
	struct drawing_column columns[N_COLUMNS] = {
		{ .heading = "NAME", .cut = DRAWING_CUT_MIDDLE },
		{ .heading = "N", .is_right = true },
		{ .heading = "STATE", .cut = DRAWING_CUT_END },
	};
	struct drawing drawing;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	drawing_init(&drawing, columns, N_COLUMNS, cases[n].has_headings);
	drawing.may_drop = cases[n].may_drop;
	for (size_t i = 0; i < 2 * N_COLUMNS && cases[n].cells[i] != NULL; i++)
		assert_int_equal(drawing_add(&drawing, cases[n].cells[i], NULL), 0);
	(void)drawing_print(&drawing, out, cases[n].width);
	fclose(out);
	assert_string_equal(text, cases[n].expected);
	drawing_done(&drawing);
	free(text);
}

static void colors_take_no_room(void **state)
{
	struct drawing_column columns[] = { { .heading = "A" }, { .heading = "B" } };
	struct drawing drawing;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	drawing_init(&drawing, columns, 2, false);
	assert_int_equal(drawing_add(&drawing, "lost", "red"), 0);
	assert_int_equal(drawing_add(&drawing, "1", NULL), 0);
	assert_int_equal(drawing_print(&drawing, out, 6), 2);
	fclose(out);
	assert_string_equal(text, "\033[31mlost\033[0m 1\n");
	drawing_done(&drawing);
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[sizeof cases / sizeof *cases + 1];
	size_t n = 0;

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 77;
	for (; n < sizeof cases / sizeof *cases; n++)
		tests[n] = (struct CMUnitTest){
			.name = cases[n].name,
			.test_func = draw,
			.initial_state = (void *)(uintptr_t)n,
		};
	tests[n] = (struct CMUnitTest)cmocka_unit_test(colors_take_no_room);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
