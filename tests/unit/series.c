/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sparklines: the highest value fills the line, the smallest is still a bar, 0 is blank. */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/facts/series.h"

static const struct {
	const char *name;
	uint32_t depths[8];
	size_t n, width;
	const char *utf8, *ascii;
} cases[] = {
	{ "nothing is blank", { 0, 0, 0 }, 3, 5, "     ", "     " },
	{ "one is a whole bar", { 1, 0, 1 }, 3, 3, "█ █", "# #" },
	{ "steps", { 1, 2, 3, 4, 5, 6, 7, 8 }, 8, 8, "▁▂▃▄▅▆▇█", "_.-=+*%#" },
	{ "the least beside the most", { 1, 1000000 }, 2, 2, "▁█", "_#" },
	{ "the newest are shown", { 9, 1, 2 }, 3, 2, "▄█", "=#" },
	{ "at the right", { 4, 2 }, 2, 4, "  █▄", "  #=" },
	{ "as large as can be", { UINT32_MAX, UINT32_MAX / 2 }, 2, 2, "█▄", "#=" },
};

static void draw(void **state)
{
	size_t n = (size_t)(uintptr_t)*state;
	struct history *history = NULL;
	char text[64];

	for (size_t i = 0; i < cases[n].n; i++)
		history_add(&history, 8, &(struct history_sample){ .depth = cases[n].depths[i] });
	series_spark(history, false, cases[n].width, true, text);
	assert_string_equal(text, cases[n].utf8);
	series_spark(history, false, cases[n].width, false, text);
	assert_string_equal(text, cases[n].ascii);
	series_spark(history, true, cases[n].width, false, text);
	assert_int_equal(text[cases[n].width - 1], ' ');
	free(history);
}

static void without_history(void **state)
{
	char text[16];

	series_spark(NULL, false, 3, true, text);
	assert_string_equal(text, "   ");
}

int main(void)
{
	struct CMUnitTest tests[sizeof cases / sizeof *cases + 1];
	size_t n = 0;

	for (; n < sizeof cases / sizeof *cases; n++)
		tests[n] = (struct CMUnitTest){
			.name = cases[n].name,
			.test_func = draw,
			.initial_state = (void *)(uintptr_t)n,
		};
	tests[n] = (struct CMUnitTest)cmocka_unit_test(without_history);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
