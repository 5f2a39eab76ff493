/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Histories: the newest samples are kept, whatever their room, and all histories stay within the bound. */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/history.h"

static void rooms_keep_within_the_bound(void **state)
{
	static const size_t counts[] = { 1, 100, 6000, 7000, 30000, 100000, 2000000 };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		size_t room = history_room(counts[i]);

		assert_true(room <= HISTORY_SAMPLES_MAX);
		if (room > 0)
			assert_true(counts[i] *
					    (sizeof(struct history) + room * sizeof(struct history_sample)) <=
				    HISTORY_BYTES);
	}
	assert_int_equal(history_room(1), HISTORY_SAMPLES_MAX);
	assert_true(history_room(30000) >= 60);
	assert_int_equal(history_room(2000000), 0);
}

static void fill(struct history **history, size_t room, uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++)
		history_add(history, room, &(struct history_sample){ .depth = i, .passed = 2 * i });
}

static void check(const struct history *history, uint32_t from, size_t n)
{
	assert_int_equal(history->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(history_get(history, i)->depth, from + i);
		assert_int_equal(history_get(history, i)->passed, 2 * (from + i));
	}
}

static void the_oldest_go_first(void **state)
{
	struct history *history = NULL;

	fill(&history, 4, 0, 3);
	check(history, 0, 3);
	fill(&history, 4, 3, 1);
	check(history, 0, 4);
	fill(&history, 4, 4, 7);
	check(history, 7, 4);
	free(history);
}

static void a_new_room_keeps_the_newest(void **state)
{
	struct history *history = NULL;

	fill(&history, 5, 0, 8);
	fill(&history, 3, 8, 1);
	check(history, 6, 3);
	fill(&history, 6, 9, 1);
	check(history, 6, 4);
	fill(&history, 6, 10, 5);
	check(history, 9, 6);
	fill(&history, 1, 15, 1);
	check(history, 15, 1);
	free(history);
}

static void no_room_keeps_nothing(void **state)
{
	struct history *history = NULL;

	fill(&history, 0, 0, 3);
	assert_null(history);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rooms_keep_within_the_bound),
		cmocka_unit_test(the_oldest_go_first),
		cmocka_unit_test(a_new_room_keeps_the_newest),
		cmocka_unit_test(no_room_keeps_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
