/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Leftovers: the objects that a rule selects, what counts as use, and pids that belong to another process now. */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/doctor/sweep-judge.h"

#define NOW 1000000
#define HOUR (UINT64_C(3600) * 1000000)

/* Traces of up to three processes. */
#define NONE(deed)                                                                                           \
	{                                                                                                    \
		deed, 0, 0, ALIVE_UNKNOWN                                                                    \
	}
#define ELSEWHERE(deed)                                                                                      \
	{                                                                                                    \
		deed, 0, NOW - 50, ALIVE_UNKNOWN                                                             \
	}
#define GONE(deed)                                                                                           \
	{                                                                                                    \
		deed, 11, NOW - 50, ALIVE_GONE                                                               \
	}
#define RECYCLED(deed)                                                                                       \
	{                                                                                                    \
		deed, 12, NOW - 50, ALIVE_RECYCLED                                                           \
	}
#define LIVES(deed)                                                                                          \
	{                                                                                                    \
		deed, 13, NOW - 50, ALIVE_YES                                                                \
	}

#define QUEUE(...)                                                                                           \
	{                                                                                                    \
		.kind = KIPC_QUEUE, .key = 5, .ctime = NOW - 100, .queue = { __VA_ARGS__ }                   \
	}
#define SEGMENT(...)                                                                                         \
	{                                                                                                    \
		.kind = KIPC_SEGMENT, .key = 5, .ctime = NOW - 100, .segment = { __VA_ARGS__ }               \
	}
#define SET(...)                                                                                             \
	{                                                                                                    \
		.kind = KIPC_SEMAPHORE, .key = 5, .ctime = NOW - 100, .semaphore = { __VA_ARGS__ }           \
	}

static const struct {
	const char *name;
	struct sweep_facts facts;
	struct sweep_trace traces[3];
	size_t n_traces;
	bool is_creator_gone;
	const char *use; /* how the reason begins; NULL: none */
} cases[] = {
	{ "a queue that was never used: nobody knows who created it",
	  { .object = QUEUE(.messages = 0), .sees_all = true },
	  { NONE(SWEEP_SENT), NONE(SWEEP_RECEIVED) },
	  2,
	  false,
	  NULL },
	{ "both of its processes are gone",
	  { .object = QUEUE(.messages = 1), .sees_all = true },
	  { GONE(SWEEP_SENT), RECYCLED(SWEEP_RECEIVED) },
	  2,
	  true,
	  NULL },
	{ "one of them may be its maker and never received",
	  { .object = QUEUE(.messages = 1), .sees_all = true },
	  { GONE(SWEEP_SENT), NONE(SWEEP_RECEIVED) },
	  2,
	  false,
	  NULL },
	{ "its sender lives",
	  { .object = QUEUE(.messages = 1), .sees_all = true },
	  { LIVES(SWEEP_SENT), GONE(SWEEP_RECEIVED) },
	  2,
	  false,
	  "process 13, which sent last, is still running" },
	{ "its receiver lives",
	  { .object = QUEUE(.messages = 1), .sees_all = true },
	  { GONE(SWEEP_SENT), LIVES(SWEEP_RECEIVED) },
	  2,
	  false,
	  "process 13, which received last, is still running" },
	{ "its receiver is in a PID namespace that we do not see",
	  { .object = QUEUE(.messages = 1), .sees_all = false },
	  { GONE(SWEEP_SENT), ELSEWHERE(SWEEP_RECEIVED) },
	  2,
	  false,
	  "the process that received last is in a PID namespace" },
	{ "somebody is blocked on it",
	  { .object = QUEUE(.messages = 0), .sees_all = true, .n_blocked = 1, .blocked_pid = 7 },
	  { NONE(SWEEP_SENT), NONE(SWEEP_RECEIVED) },
	  2,
	  false,
	  "process 7 is blocked on it" },
	{ "who is blocked on it cannot be known",
	  { .object = QUEUE(.messages = 0), .sees_all = true, .blind = "it is dark" },
	  { GONE(SWEEP_SENT), GONE(SWEEP_RECEIVED) },
	  2,
	  true,
	  "threads may be waiting for it: it is dark" },

	{ "a segment whose maker is gone",
	  { .object = SEGMENT(.size = 1), .sees_all = true },
	  { GONE(SWEEP_CREATED), NONE(SWEEP_ATTACHED) },
	  2,
	  true,
	  NULL },
	{ "in another PID namespace too",
	  { .object = SEGMENT(.size = 1), .sees_all = false },
	  { GONE(SWEEP_CREATED), NONE(SWEEP_ATTACHED) },
	  2,
	  true,
	  NULL },
	{ "its maker lives",
	  { .object = SEGMENT(.size = 1), .sees_all = true },
	  { LIVES(SWEEP_CREATED), NONE(SWEEP_ATTACHED) },
	  2,
	  false,
	  "process 13, which created it, is still running" },
	{ "its last user lives, and attaches it for milliseconds",
	  { .object = SEGMENT(.size = 1), .sees_all = true },
	  { GONE(SWEEP_CREATED), LIVES(SWEEP_ATTACHED) },
	  2,
	  true,
	  "process 13, which last had it attached, is still running" },
	{ "its maker is in a PID namespace that we do not see",
	  { .object = SEGMENT(.size = 1), .sees_all = false },
	  { ELSEWHERE(SWEEP_CREATED), NONE(SWEEP_ATTACHED) },
	  2,
	  false,
	  "the process that created it is in a PID namespace" },
	{ "it is attached",
	  { .object = SEGMENT(.size = 1, .attached = 2), .sees_all = true },
	  { GONE(SWEEP_CREATED), GONE(SWEEP_ATTACHED) },
	  2,
	  true,
	  "it is attached 2 times" },

	{ "a set whose operators are gone",
	  { .object = SET(.semaphores = 2), .sees_all = true },
	  { GONE(SWEEP_OPERATED), RECYCLED(SWEEP_OPERATED) },
	  2,
	  true,
	  NULL },
	{ "one of them lives",
	  { .object = SET(.semaphores = 2), .sees_all = true },
	  { GONE(SWEEP_OPERATED), LIVES(SWEEP_OPERATED) },
	  2,
	  false,
	  "process 13, which operated on it last, is still running" },
	{ "one was never operated on",
	  { .object = SET(.semaphores = 2, .otime = NOW - 50), .sees_all = true },
	  { GONE(SWEEP_OPERATED), ELSEWHERE(SWEEP_OPERATED) },
	  2,
	  false,
	  NULL },
	{ "... or from where we do not see",
	  { .object = SET(.semaphores = 2, .otime = NOW - 50), .sees_all = false },
	  { GONE(SWEEP_OPERATED), ELSEWHERE(SWEEP_OPERATED) },
	  2,
	  false,
	  "the process that operated on it last is in" },
	{ "somebody waits for it",
	  { .object = SET(.semaphores = 1), .sees_all = true, .n_waiting = 1 },
	  { GONE(SWEEP_OPERATED) },
	  1,
	  true,
	  "1 thread is waiting for it" },
	{ "its counts may not be read",
	  { .object = SET(.semaphores = 1), .sees_all = true, .semaphores_error = -13 },
	  { { 0 } },
	  0,
	  false,
	  "threads may be waiting for it" },
};

static void judge(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;
	struct sweep_facts facts = cases[i].facts;
	char *use;

	facts.now = NOW;
	facts.traces = (struct sweep_trace *)(uintptr_t)cases[i].traces;
	facts.n_traces = cases[i].n_traces;
	assert_int_equal(sweep_creator_is_gone(&facts), cases[i].is_creator_gone);
	assert_int_equal(sweep_find_use(&facts, &use), 0);
	if (cases[i].use == NULL) {
		assert_null(use);
	} else {
		assert_non_null(use);
		assert_int_equal(strncmp(use, cases[i].use, strlen(cases[i].use)), 0);
	}
	free(use);
}

static const struct {
	const char *name;
	struct kipc_object object;
	struct sweep_rule rule;
	bool is_selected;
} rules[] = {
	{ "no rule selects a segment that was removed", SEGMENT(.removed = true), { 0 }, false },
	{ "private: a key", QUEUE(.messages = 0), { .is_private = true }, false },
	{ "private: none", { .kind = KIPC_QUEUE, .ctime = NOW - 100 }, { .is_private = true }, true },
	{ "unattached: a segment", SEGMENT(.attached = 0), { .is_unattached = true }, true },
	{ "unattached: one that is attached", SEGMENT(.attached = 1), { .is_unattached = true }, false },
	{ "unattached: a queue", QUEUE(.messages = 0), { .is_unattached = true }, false },
	{ "idle: not long enough", QUEUE(.stime = NOW - 3600), { .has_idle = true, .idle = HOUR }, false },
	{ "idle: made that long ago",
	  { .kind = KIPC_QUEUE, .ctime = NOW - 3600 },
	  { .has_idle = true, .idle = HOUR },
	  true },
	{ "idle: a second is missing",
	  { .kind = KIPC_QUEUE, .ctime = NOW - 3599 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: sent since",
	  { .kind = KIPC_QUEUE, .ctime = NOW - 9999, .queue.stime = NOW - 5 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: received since",
	  { .kind = KIPC_QUEUE, .ctime = NOW - 9999, .queue.rtime = NOW - 5 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: attached since",
	  { .kind = KIPC_SEGMENT, .ctime = NOW - 9999, .segment.atime = NOW - 5 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: detached since",
	  { .kind = KIPC_SEGMENT, .ctime = NOW - 9999, .segment.dtime = NOW - 5 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: operated on since",
	  { .kind = KIPC_SEMAPHORE, .ctime = NOW - 9999, .semaphore.otime = NOW - 5 },
	  { .has_idle = true, .idle = HOUR },
	  false },
	{ "idle: what is dated in the future was dated by another clock",
	  QUEUE(.stime = NOW + 1),
	  { .has_idle = true },
	  false },
	{ "idle: no time at all", QUEUE(.messages = 0), { .has_idle = true }, true },
	{ "all has to hold",
	  { .kind = KIPC_SEGMENT, .ctime = NOW - 3600 },
	  { .is_private = true, .is_unattached = true, .has_idle = true, .idle = HOUR },
	  true },
	{ "creator gone: nobody knows",
	  QUEUE(.messages = 0),
	  { .is_creator_gone = true, .has_idle = true },
	  false },
};

static void select_by_rule(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;
	const struct sweep_facts facts = { .object = rules[i].object, .now = NOW };

	assert_int_equal(sweep_is_selected(&facts, &rules[i].rule), rules[i].is_selected);
}

static void contents(void **state)
{
	struct sweep_facts facts = { .object = QUEUE(.messages = 0) };

	(void)state;
	assert_false(sweep_has_contents(&facts));
	facts.object.queue.messages = 1;
	assert_true(sweep_has_contents(&facts));
	facts.object = (struct kipc_object)SEGMENT(.atime = 0);
	assert_false(sweep_has_contents(&facts));
	facts.object.segment.atime = NOW;
	assert_true(sweep_has_contents(&facts));
	facts.object = (struct kipc_object)SET(.semaphores = 1);
	assert_true(sweep_has_contents(&facts));
	facts.is_untouched = true;
	assert_false(sweep_has_contents(&facts));
}

static void starts(void **state)
{
	const struct alive_facts exact = { .boot = 5000, .doubt = 2 },
				 stepped = { .boot = 5000, .doubt = 3602 }, blind = { .doubt = 2 };

	(void)state;
	assert_false(alive_started_later(&exact, 100, 5100)); /* the same second: its creator */
	assert_false(alive_started_later(&exact, 102, 5100)); /* within the doubt */
	assert_true(alive_started_later(&exact, 103, 5100));
	assert_false(alive_started_later(&exact, 99, 5100));
	assert_false(alive_started_later(&stepped, 3000,
					 5100)); /* the clock was set an hour forward since the boot */
	assert_true(alive_started_later(&stepped, 3703, 5100));
	assert_false(alive_started_later(&exact, 9000, 4000)); /* dated before the boot: by another clock */
	assert_false(alive_started_later(&blind, 9000, 5100));
}

int main(void)
{
	const size_t n_cases = sizeof cases / sizeof *cases, n_rules = sizeof rules / sizeof *rules;
	struct CMUnitTest tests[sizeof cases / sizeof *cases + sizeof rules / sizeof *rules + 2] = {
		cmocka_unit_test(contents),
		cmocka_unit_test(starts),
	};

	for (size_t i = 0; i < n_cases; i++)
		tests[2 + i] = (struct CMUnitTest){ .name = cases[i].name,
						    .test_func = judge,
						    .initial_state = (void *)(uintptr_t)i };
	for (size_t i = 0; i < n_rules; i++)
		tests[2 + n_cases + i] = (struct CMUnitTest){ .name = rules[i].name,
							      .test_func = select_by_rule,
							      .initial_state = (void *)(uintptr_t)i };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
