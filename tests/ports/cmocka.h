/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_TESTS_PORTS_CMOCKA_H
#define KIPC_TESTS_PORTS_CMOCKA_H

/*
 * The part of cmocka that our tests of the library use, for C libraries that Debian has no cmocka for (musl). A failed
 * assertion ends its test, and the next one begins.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

#define CM_OUTPUT_TAP 0
#define cmocka_set_message_output(output) ((void)(output))
#define cmocka_unit_test(function)                                                                           \
	{                                                                                                    \
#function, function, NULL, NULL                                                              \
	}
#define cmocka_unit_test_setup(function, before)                                                             \
	{                                                                                                    \
#function, function, before, NULL                                                            \
	}
#define cmocka_unit_test_setup_teardown(function, before, after)                                             \
	{                                                                                                    \
#function, function, before, after                                                           \
	}

static jmp_buf cmocka_failed;

static inline void __attribute__((noreturn, format(printf, 3, 4)))
cmocka_fail(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	printf("# %s:%d: ", file, line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	longjmp(cmocka_failed, 1);
}

#define fail() cmocka_fail(__FILE__, __LINE__, "it got here")
#define skip() longjmp(cmocka_failed, 2)
#define fail_msg(...) cmocka_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(value)                                                                                   \
	do {                                                                                                 \
		if (!(value))                                                                                \
			fail_msg("%s", #value);                                                              \
	} while (0)
#define assert_false(value) assert_true(!(value))
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_ptr_not_equal(a, b) assert_true((const void *)(a) != (const void *)(b))
#define assert_string_equal(a, b) assert_true(strcmp((a), (b)) == 0)
#define assert_memory_equal(a, b, size) assert_true(memcmp((a), (b), (size)) == 0)
#define assert_return_code(code, error) assert_true((code) >= 0)
#define assert_int_equal(a, b)                                                                               \
	do {                                                                                                 \
		long long cmocka_a = (long long)(a), cmocka_b = (long long)(b);                              \
                                                                                                             \
		if (cmocka_a != cmocka_b)                                                                    \
			fail_msg("%s is %lld, not %lld", #a, cmocka_a, cmocka_b);                            \
	} while (0)
#define assert_in_range(value, low, high) assert_true((value) >= (low) && (value) <= (high))

/* 0: passed; 1: failed; 2: skipped. */
static inline int cmocka_run_one(const struct CMUnitTest *test, void **state)
{
	int ended = setjmp(cmocka_failed);

	if (ended != 0)
		return ended;
	if (test->setup != NULL && test->setup(state) != 0)
		return 1;
	test->test(state);
	return test->teardown != NULL ? test->teardown(state) : 0;
}

static inline int cmocka_run_all(const struct CMUnitTest *tests, size_t n, int (*before)(void **state),
				 int (*after)(void **state))
{
	void *group = NULL;
	int n_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	if (before != NULL && before(&group) != 0)
		return 1;
	for (size_t i = 0; i < n; i++) {
		void *state = group;
		int ended = cmocka_run_one(&tests[i], &state);

		printf("%sok %zu - %s%s\n", ended == 1 ? "not " : "", i + 1, tests[i].name,
		       ended == 2 ? " # SKIP" : "");
		n_failed += ended == 1;
	}
	if (after != NULL)
		n_failed += after(&group) != 0;
	return n_failed;
}
#define cmocka_run_group_tests(tests, before, after)                                                         \
	cmocka_run_all(tests, sizeof(tests) / sizeof((tests)[0]), before, after)

#endif
