/* SPDX-License-Identifier: GPL-2.0-or-later */

/* When the file of `activate` exists, and when the channel is looked at again, from a series of looks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/run/pace.h"

#define MSEC UINT64_C(1000)

/* A look at a queue that a thread may wait on, and its expected result. */
struct row {
	struct pace_look look;
	struct pace_step step;
};

static void walk(struct pace *pace, const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		struct pace_look look = rows[i].look;
		struct pace_step step;

		look.idle = 700 * MSEC;
		if (look.fastest == 0)
			look.fastest = PACE_FAST;
		step = pace_next(pace, &look);
		if (step.file != rows[i].step.file || step.wait != rows[i].step.wait ||
		    step.delay != rows[i].step.delay)
			fail_msg("row %zu: file %d, wait %d, delay %llu", i, step.file, step.wait,
				 (unsigned long long)step.delay);
	}
}

#define WALK(...)                                                                                            \
	do {                                                                                                 \
		const struct row rows[] = { __VA_ARGS__ };                                                   \
		struct pace pace = { 0 };                                                                    \
		walk(&pace, rows, sizeof rows / sizeof *rows);                                               \
	} while (0)

static void an_empty_queue_is_waited_for(void **state)
{
	WALK({ { .may_wait = true }, { .wait = true } });
}

static void messages_that_are_there_already_make_the_file(void **state)
{
	WALK({ { .messages = 3 }, { .file = true, .delay = 10 * MSEC } });
}

static void a_queue_at_rest_is_looked_at_ever_more_seldom(void **state)
{
	WALK({ { .messages = 3, .stime = 5, .after_wait = true }, { .file = true, .delay = 10 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 20 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 40 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 80 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 100 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 100 * MSEC } });
}

static void any_change_makes_it_look_often_again(void **state)
{
	WALK({ { .messages = 3, .stime = 5 }, { .file = true, .delay = 10 * MSEC } },
	     { { .messages = 3, .stime = 5 }, { .file = true, .delay = 20 * MSEC } },
	     { { .messages = 2, .stime = 5 }, { .file = true, .delay = 10 * MSEC } },
	     { { .messages = 2, .stime = 5 }, { .file = true, .delay = 20 * MSEC } },
	     { { .messages = 2, .stime = 6 }, { .file = true, .delay = 10 * MSEC } },
	     { { .messages = 2, .stime = 6 }, { .file = true, .delay = 20 * MSEC } },
	     { { .messages = 2, .stime = 6, .rtime = 6 }, { .file = true, .delay = 10 * MSEC } });
}

static void a_drained_queue_loses_its_file_and_is_waited_for_at_once(void **state)
{
	WALK({ { .messages = 1, .stime = 5 }, { .file = true, .delay = 10 * MSEC } },
	     { { .may_wait = true, .stime = 5, .rtime = 5 }, { .wait = true } },
	     /* ... and the same figures as before are a change. */
	     { { .messages = 1, .stime = 5, .after_wait = true }, { .file = true, .delay = 10 * MSEC } });
}

static void messages_that_others_take_make_the_waits_rarer(void **state)
{
	WALK({ { .may_wait = true, .after_wait = true }, { .delay = 10 * MSEC } },
	     { { .may_wait = true }, { .wait = true } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 20 * MSEC } },
	     { { .may_wait = true }, { .wait = true } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 40 * MSEC } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 80 * MSEC } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 100 * MSEC } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 100 * MSEC } },
	     /* A long quiet time, or a message that stays, resets everything. */
	     { { .may_wait = true, .after_wait = true, .waited = 1001 * MSEC }, { .delay = 10 * MSEC } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 20 * MSEC } },
	     { { .messages = 1, .after_wait = true }, { .file = true, .delay = 10 * MSEC } },
	     { { .may_wait = true }, { .wait = true } },
	     { { .may_wait = true, .after_wait = true }, { .delay = 10 * MSEC } });
}

static void where_nobody_may_wait_there_are_looks(void **state)
{
	WALK({ { 0 }, { .delay = 700 * MSEC } }, { { .after_wait = true }, { .delay = 700 * MSEC } },
	     { { .messages = 1 }, { .file = true, .delay = 10 * MSEC } }, { { 0 }, { .delay = 700 * MSEC } });
}

static void a_ring_is_never_looked_at_often(void **state)
{
	WALK({ { .messages = 1, .fastest = PACE_SLOW }, { .file = true, .delay = 100 * MSEC } },
	     { { .messages = 1, .fastest = PACE_SLOW }, { .file = true, .delay = 100 * MSEC } },
	     { { .messages = 2, .fastest = PACE_SLOW }, { .file = true, .delay = 100 * MSEC } });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_queue_is_waited_for),
		cmocka_unit_test(messages_that_are_there_already_make_the_file),
		cmocka_unit_test(a_queue_at_rest_is_looked_at_ever_more_seldom),
		cmocka_unit_test(any_change_makes_it_look_often_again),
		cmocka_unit_test(a_drained_queue_loses_its_file_and_is_waited_for_at_once),
		cmocka_unit_test(messages_that_others_take_make_the_waits_rarer),
		cmocka_unit_test(where_nobody_may_wait_there_are_looks),
		cmocka_unit_test(a_ring_is_never_looked_at_often),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
