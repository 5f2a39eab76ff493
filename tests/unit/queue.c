/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Threads that are cancelled while they wait on a queue: they leave no timer and no memory, and lose no
 * message. This program has a msgrcv(2) of its own, so that a cancellation arrives at the right moment.
 */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "lib/object-empty.h"
#include "lib/registry.h"

#define MINUTE INT64_C(60000000)
#define LARGE 100000 /* bytes: the library's buffer is then on the heap, so that LeakSanitizer finds a leak */

static atomic_bool is_waiting, is_cancelled_once_taken;

ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	static ssize_t (*real)(int id, void *message, size_t size, long type, int flags);
	ssize_t n;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "msgrcv");
	if (!(flags & IPC_NOWAIT))
		is_waiting = true;
	n = real(id, message, size, type, flags);
	if (n >= 0 && is_cancelled_once_taken)
		pthread_cancel(pthread_self());
	return n;
}

struct bench {
	int id;
	struct kipc_channel *channel;
	ssize_t result;
};

static int set_up(void **state)
{
	static struct bench bench;
	char address[32];

	bench.id = msgget(IPC_PRIVATE, 0600);
	assert_true(bench.id >= 0);
	snprintf(address, sizeof address, "queue:@%d", bench.id);
	assert_int_equal(kipc_open(address, NULL, KIPC_QUEUE, &bench.channel), 0);
	is_waiting = is_cancelled_once_taken = false;
	bench.result = -1;
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kipc_close(bench->channel);
	msgctl(bench->id, IPC_RMID, NULL);
	return 0;
}

/* The number of timers of this process; -1: unknown. */
static int timers(void)
{
	FILE *file = fopen("/proc/self/timers", "re");
	char line[128];
	int n = 0;

	if (file == NULL)
		return -1;
	while (fgets(line, sizeof line, file) != NULL)
		n += strncmp(line, "ID:", 3) == 0;
	fclose(file);
	return n;
}

/* Runs `work` in a thread, and cancels the thread once it waits. */
static void cancel(void *(*work)(void *bench), struct bench *bench)
{
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, work, bench), 0);
	while (!is_waiting)
		sched_yield();
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
}

static void *receive_timed(void *argument)
{
	struct bench *bench = argument;
	static char buffer[LARGE];

	bench->result = kipc_recv(bench->channel, buffer, sizeof buffer, 0, 0, MINUTE, NULL);
	return NULL;
}

static void *wait_timed(void *argument)
{
	struct bench *bench = argument;

	bench->result = kipc_wait(bench->channel, 0, 0, MINUTE);
	return NULL;
}

static void cancelled_wait_leaves_nothing(void **state)
{
	if (timers() < 0)
		skip();
	assert_int_equal(timers(), 0);
	cancel(receive_timed, *state);
	assert_int_equal(timers(), 0);
	is_waiting = false;
	cancel(wait_timed, *state);
	assert_int_equal(timers(), 0);
}

static void *receive_and_be_cancelled(void *argument)
{
	struct bench *bench = argument;
	char buffer[8];

	bench->result = kipc_recv(bench->channel, buffer, sizeof buffer, 0, 0, MINUTE, NULL);
	pthread_testcancel();
	return NULL;
}

static void *receive_much_and_be_cancelled(void *argument)
{
	receive_timed(argument);
	pthread_testcancel();
	return NULL;
}

static void *wait_and_be_cancelled(void *argument)
{
	wait_timed(argument);
	pthread_testcancel();
	return NULL;
}

/* Runs `work` in a thread that is cancelled when the message has been taken: the call still finishes. */
static void run_cancelled(void *(*work)(void *bench), struct bench *bench)
{
	pthread_t thread;
	void *result;

	is_cancelled_once_taken = true;
	assert_int_equal(pthread_create(&thread, NULL, work, bench), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	is_cancelled_once_taken = false;
}

static void taken_message_is_handed_over(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(kipc_send(bench->channel, 1, "hello", 5, KIPC_NOW), 0);
	run_cancelled(receive_and_be_cancelled, bench);
	assert_int_equal(bench->result, 5);
	assert_int_equal(kipc_send(bench->channel, 1, "hello", 5, KIPC_NOW), 0);
	run_cancelled(receive_much_and_be_cancelled, bench);
	assert_int_equal(bench->result, 5);
}

/* kipc_wait() takes a message of no bytes and puts it back. */
static void message_of_no_bytes_is_put_back(void **state)
{
	struct bench *bench = *state;
	struct kipc_object object;

	assert_int_equal(kipc_send(bench->channel, 1, NULL, 0, KIPC_NOW), 0);
	run_cancelled(wait_and_be_cancelled, bench);
	assert_int_equal(bench->result, 0);
	assert_int_equal(kipc_stat(bench->channel, &object), 0);
	assert_int_equal(object.queue.messages, 1);
}

/* Calls what opens files, in a thread that is already cancelled. */
static void *read_files_and_be_cancelled(void *argument)
{
	char namespace[REGISTRY_NAMESPACE_MAX];
	struct kipc_name *names;
	int *results = argument;
	size_t n;

	pthread_cancel(pthread_self());
	results[0] = registry_namespace_of_caller(namespace);
	results[1] = kipc_registry_list("/nonexistent", &names, &n);
	(void)object_rmid_is_forced();
	results[2] = 1;
	pthread_testcancel();
	return NULL;
}

static void reading_files_is_no_cancellation_point(void **state)
{
	pthread_t thread;
	void *result;
	int results[3] = { 1, 1, 0 };

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, read_files_and_be_cancelled, results), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], -ENOENT);
	assert_true(results[2]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cancelled_wait_leaves_nothing),
		TEST(taken_message_is_handed_over),
		TEST(message_of_no_bytes_is_put_back),
		cmocka_unit_test(reading_files_is_no_cancellation_point),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
