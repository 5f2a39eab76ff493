/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which steps healing carries out, and when a channel is healed again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "daemon/run/healing.h"

#define INTERVAL USEC_PER_SEC
#define START (1000 * USEC_PER_SEC)

static void only_what_destroys_nothing_is_due(void **state)
{
	static const struct {
		enum plan_action action;
		bool has_object;
		enum channel_state before;
		bool is_due;
	} rows[] = {
		{ PLAN_KEEP, true, STATE_ACTIVE, true },     { PLAN_RESUME, true, STATE_ACTIVE, true },
		{ PLAN_CREATE, false, STATE_ACTIVE, true },  { PLAN_ALTER, true, STATE_ACTIVE, true },
		{ PLAN_CONFLICT, true, STATE_ACTIVE, true }, { PLAN_ADOPT, true, STATE_ACTIVE, true },
		{ PLAN_RENAME, true, STATE_ACTIVE, true },   { PLAN_RETAIN, true, STATE_RETAINED, false },
		{ PLAN_REMOVE, true, STATE_ACTIVE, false },  { PLAN_REMOVE, false, STATE_ACTIVE, true },
		{ PLAN_RECREATE, true, STATE_STALE, false }, { PLAN_RECREATE, true, STATE_CONFLICT, true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct plan_step step = { .action = rows[i].action, .has_object = rows[i].has_object };
		struct channel before = { .state = rows[i].before };

		if (healing_is_due(&step, &before, START) != rows[i].is_due)
			fail_msg("row %zu", i);
		assert_false(healing_is_due(&step, NULL, START)); /* nothing to heal yet */
	}
}

/* Heals at each of these seconds after START, and compares the delay until the next time with the expected seconds. */
struct row {
	uint64_t at, delay;
};

static void walk(const struct row *rows, size_t n_rows)
{
	const struct plan_step step = { .action = PLAN_CREATE };
	struct channel channel = { 0 };

	for (size_t i = 0; i < n_rows; i++) {
		uint64_t now = START + rows[i].at * USEC_PER_SEC;
		uint64_t next = now + rows[i].delay * USEC_PER_SEC;

		assert_true(healing_is_due(&step, &channel, now));
		healing_note(&channel, now, INTERVAL);
		if (healing_is_due(&step, &channel, next - 1) || !healing_is_due(&step, &channel, next))
			fail_msg("row %zu: healed again after %llu us", i,
				 (unsigned long long)(channel.next_heal - now));
	}
}

static void what_is_undone_again_and_again_is_healed_at_longer_intervals(void **state)
{
	const struct row rows[] = {
		{ 0, 1 },   { 1, 2 },	  { 3, 4 },	{ 7, 8 },     { 15, 16 },   { 31, 32 },
		{ 63, 64 }, { 127, 128 }, { 255, 256 }, { 511, 300 }, { 811, 300 },
	};

	walk(rows, sizeof rows / sizeof *rows);
}

static void a_quiet_minute_after_the_delay_resets_the_interval(void **state)
{
	const struct row rows[] = {
		{ 0, 1 }, { 1, 2 }, { 3, 4 }, { 66, 8 }, { 134, 1 },
	};

	walk(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_destroys_nothing_is_due),
		cmocka_unit_test(what_is_undone_again_and_again_is_healed_at_longer_intervals),
		cmocka_unit_test(a_quiet_minute_after_the_delay_resets_the_interval),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
