/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Claims on a ring, by what can happen to the process that has one: a thread that ends, a fork, another
 * program, a lock that stays held, a ring that is recreated, other parties that wait; bad memory from the
 * caller of a call; and turns of producers that wait for room. Each test has a ring of its own, and two
 * handles on it.
 */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/ring/attach.h"
#include "lib/ring/in-place.h"
#include "lib/ring/lock.h"
#include "lib/ring/recv.h"
#include "lib/ring/send.h"

#define MAX_MESSAGE 200
#define NO_THREAD UINT64_C(0x3ffffff) /* no thread's TID: above PID_MAX_LIMIT */
#define SECOND 1000000

struct bench {
	int id;
	key_t key;
	struct kipc_channel *channel, *other;
	struct ring_header *header;
};

static int make_ring(key_t key)
{
	int id = shmget(key, 2 * RING_HEADER_SIZE, 0600 | IPC_CREAT | IPC_EXCL);

	assert_true(id >= 0);
	assert_int_equal(kipc_ring_format(id, MAX_MESSAGE), 0);
	return id;
}

static int set_up(void **state)
{
	static struct bench bench;
	char address[32];

	bench.key = (key_t)(0x51000000 + getpid());
	bench.id = make_ring(bench.key);
	snprintf(address, sizeof address, "segment:0x%x", (unsigned)bench.key);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench.channel), 0);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench.other), 0);
	bench.header = shmat(bench.id, NULL, 0);
	assert_ptr_not_equal(bench.header, (void *)-1);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kipc_close(bench->channel);
	kipc_close(bench->other);
	shmdt(bench->header);
	shmctl(bench->id, IPC_RMID, NULL);
	return 0;
}

static int put(struct kipc_channel *channel, const char *text)
{
	return kipc_send(channel, 1, text, strlen(text), KIPC_NOW);
}

static void expect(struct kipc_channel *channel, const char *text)
{
	char got[MAX_MESSAGE + 1];
	ssize_t n = kipc_recv(channel, got, MAX_MESSAGE, 0, 0, KIPC_NOW, NULL);

	assert_int_equal(n, strlen(text));
	got[n] = '\0';
	assert_string_equal(got, text);
}

static ssize_t get(struct kipc_channel *channel, int64_t timeout)
{
	char got[MAX_MESSAGE];

	return kipc_recv(channel, got, sizeof got, 0, 0, timeout, NULL);
}

static int acquire(struct kipc_channel *channel)
{
	const void *data;

	return (int)kipc_acquire(channel, KIPC_NOW, &data, NULL);
}

static int reserve(struct kipc_channel *channel)
{
	void *place;

	return kipc_reserve(channel, 100, KIPC_NOW, &place);
}

static void expect_sound(struct bench *bench)
{
	assert_int_equal(put(bench->channel, "sound"), 0);
	expect(bench->other, "sound");
	assert_int_equal(get(bench->channel, KIPC_NOW), -ENOMSG);
}

/*
 * -- whose process runs
 * ----------------------------------------------------------------------------------------------------
 */

static int to_child[2], from_child[2];

static void *work_in_a_thread(void *argument)
{
	struct bench *bench = argument;
	char byte = 'x';

	if (acquire(bench->channel) != 4 || reserve(bench->channel) != 0)
		_exit(1);
	if (write(from_child[1], &byte, 1) != 1 || read(to_child[0], &byte, 1) != 1)
		_exit(2);
	if (kipc_release(bench->channel) != 0 || kipc_commit(bench->channel, 1, 0) != 0)
		_exit(3);
	_exit(0);
}

static char common_buffer[4096];

static char state_of(pid_t pid)
{
	char path[32], text[256] = "";
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (file == NULL || fgets(text, sizeof text, file) == NULL)
		return 0;
	fclose(file);
	return strrchr(text, ')')[2];
}

static void claim_outlives_the_first_thread(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	char byte = 'x';
	int status;
	pid_t pid;

	assert_int_equal(put(bench->channel, "once"), 0);
	assert_int_equal(pipe(to_child) | pipe(from_child), 0);
	pid = fork();
	if (pid == 0) {
		pthread_create(&thread, NULL, work_in_a_thread, bench);
		pthread_exit(NULL);
	}
	assert_int_equal(read(from_child[0], &byte, 1), 1);
	while (state_of(pid) != 'Z')
		sched_yield();
	assert_int_equal(get(bench->channel, KIPC_NOW), -ENOMSG);
	assert_int_equal(get(bench->channel, SECOND / 4), -ETIMEDOUT);
	assert_int_equal(put(bench->channel, "over its reservation"), -EAGAIN);
	assert_int_equal(write(to_child[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect(bench->channel, ""); /* what was committed */
	expect_sound(bench);
	for (int i = 0; i < 2; i++) {
		close(to_child[i]);
		close(from_child[i]);
	}
}

/* However a process lost its claim, it writes nothing. */
static void claim_was_taken_away(void **state)
{
	struct bench *bench = *state;
	uint64_t owner;

	assert_int_equal(reserve(bench->channel), 0);
	bench->header->producers.claim.owner = 0;
	assert_int_equal(put(bench->other, "theirs"), 0);
	assert_int_equal(kipc_commit(bench->channel, 1, 100), -EOWNERDEAD);
	assert_int_equal(kipc_commit(bench->channel, 1, 100), -EINVAL);
	assert_int_equal(acquire(bench->channel), 6);
	bench->header->consumers.claim.owner ^= UINT64_C(1) << RING_CLAIM_TICKET_SHIFT;
	owner = bench->header->consumers.claim.owner;
	assert_int_equal(kipc_release(bench->channel), -EOWNERDEAD);
	assert_true(bench->header->consumers.claim.owner == owner);
	bench->header->consumers.claim.owner = 0;
	expect(bench->channel, "theirs");
	expect_sound(bench);
}

/* Nothing that the child of a fork does ends its parent's claims. */
static void child_of_a_fork_holds_nothing(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid;

		assert_int_equal(put(bench->channel, "work"), 0);
		assert_int_equal(acquire(bench->channel), 4);
		assert_int_equal(reserve(bench->channel), 0);
		pid = i == 0 ? fork() : _Fork();
		if (pid == 0) {
			if (kipc_commit(bench->channel, 1, 1) != -EINVAL ||
			    kipc_abort(bench->channel) != -EINVAL || kipc_release(bench->channel) != -EINVAL)
				_exit(1);
			if (put(bench->channel, "x") != -EAGAIN || acquire(bench->channel) != -ENOMSG)
				_exit(2);
			kipc_close(bench->channel);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(kipc_release(bench->channel), 0);
		assert_int_equal(kipc_commit(bench->channel, 1, 0), 0);
		expect(bench->channel, "");
		expect_sound(bench);
	}
}

/* A lock that a child of _Fork() takes is its own, and is freed when the child dies. */
static void child_of_a_bare_fork_has_its_own_number(void **state)
{
	struct bench *bench = *state;
	uint64_t word;
	int status;
	pid_t pid;

	expect_sound(bench); /* from here on, this thread's TID is known */
	pid = _Fork();
	if (pid == 0) {
		if (ring_lock_take(&bench->header->producers, NULL, &word) == 0 &&
		    ring_word_owner(word) == (uint32_t)getpid())
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	expect_sound(bench);
}

static void execve_ends_the_claim(void **state)
{
	struct bench *bench = *state;
	int go[2], status;
	pid_t pid;

	assert_int_equal(put(bench->channel, "work"), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		if (acquire(bench->channel) == 4 && reserve(bench->channel) == 0 && dup2(go[0], 0) == 0) {
			close(go[1]);
			execlp("cat", "cat", NULL);
		}
		_exit(1);
	}
	while (ring_claimant_pid(bench->header->producers.claim.owner) != (uint32_t)pid)
		sched_yield();
	assert_int_equal(get(bench->channel, 60 * SECOND), 4);
	assert_int_equal(kipc_send(bench->channel, 1, "x", 1, 60 * SECOND), 0);
	close(go[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0); /* it ran all the time */
	close(go[0]);
	expect(bench->channel, "x");
	expect_sound(bench);
}

/*
 * -- errors, and what they leave
 * ---------------------------------------------------------------------------------
 */

static void claim_survives_errors(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(put(bench->channel, "work"), 0);
	assert_int_equal(acquire(bench->channel), 4);
	assert_int_equal(reserve(bench->channel), 0);
	bench->header->consumers.word |= NO_THREAD;
	bench->header->producers.word |= NO_THREAD;
	assert_int_equal(kipc_release(bench->channel), -ENOLCK);
	assert_int_equal(kipc_commit(bench->channel, 1, 3), -ENOLCK);
	bench->header->consumers.word &= ~NO_THREAD;
	bench->header->producers.word &= ~NO_THREAD;
	assert_int_equal(kipc_commit(bench->channel, 0, 3), -EINVAL);
	assert_int_equal(kipc_commit(bench->channel, 1, 101), -EINVAL);
	assert_int_equal(kipc_commit(bench->channel, 1, 0), 0);
	assert_int_equal(kipc_release(bench->channel), 0);
	expect(bench->channel, "");
	expect_sound(bench);
}

/* Even while another thread does not leave the lock. */
static void giving_up_never_fails(void **state)
{
	struct bench *bench = *state;
	char address[32];

	snprintf(address, sizeof address, "segment:@%d", bench->id);
	assert_int_equal(put(bench->channel, "work"), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(acquire(bench->other), 4);
		assert_int_equal(reserve(bench->other), 0);
		bench->header->consumers.word |= NO_THREAD;
		bench->header->producers.word |= NO_THREAD;
		if (i == 0)
			assert_int_equal(kipc_abort(bench->other), 0);
		bench->other = kipc_close(bench->other);
		bench->header->consumers.word &= ~NO_THREAD;
		bench->header->producers.word &= ~NO_THREAD;
		assert_true(bench->header->consumers.claim.owner == 0);
		assert_true(bench->header->producers.claim.owner == 0);
		assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench->other), 0);
	}
	expect(bench->channel, "work");
	expect_sound(bench);
}

static void *await_room(void *argument)
{
	struct bench *bench = argument;

	return (void *)(intptr_t)kipc_send(bench->other, 1, "next", 4, KIPC_FOREVER);
}

static void giving_up_wakes_waiters(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	assert_int_equal(reserve(bench->channel), 0);
	assert_int_equal(pthread_create(&thread, NULL, await_room, bench), 0);
	while (!(bench->header->producers.word & RING_WORD_SLEEPERS))
		sched_yield();
	assert_int_equal(kipc_abort(bench->channel), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal((intptr_t)result, 0);
	expect(bench->channel, "next");
	expect_sound(bench);
}

static void missing_descriptor_is_reported(void **state)
{
	struct bench *bench = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit none = { 0, 1024 };

		if (put(bench->channel, "x") != 0 || setrlimit(RLIMIT_NOFILE, &none) < 0)
			_exit(1);
		if (acquire(bench->channel) != -EMFILE || reserve(bench->channel) != -EMFILE)
			_exit(2);
		if (put(bench->channel, "y") != 0 || get(bench->channel, KIPC_NOW) != 1)
			_exit(3);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect(bench->channel, "y");
	expect_sound(bench);
}

/*
 * -- waiting for a claim
 * --------------------------------------------------------------------------------------------
 */

static double cpu_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void waiter_notices_that_the_ring_is_retired(void **state)
{
	struct bench *bench = *state;
	double cpu, begin;

	assert_int_equal(put(bench->channel, "work"), 0);
	assert_int_equal(acquire(bench->channel), 4);
	assert_int_equal(reserve(bench->channel), 0);
	assert_int_equal(ring_retire_at(bench->header, 2 * RING_HEADER_SIZE), 0);
	begin = now();
	cpu = cpu_time();
	/* The acquired message may come back. */
	assert_int_equal(get(bench->other, SECOND), -ETIMEDOUT);
	assert_true(now() - begin >= 1);
	assert_true(cpu_time() - cpu < 0.3);
	assert_int_equal(put(bench->other, "x"), -EIDRM);
	assert_int_equal(kipc_commit(bench->channel, 1, 1), -EIDRM);
	assert_int_equal(kipc_commit(bench->channel, 1, 1), -EINVAL);
	assert_int_equal(kipc_release(bench->channel), 0);
	assert_int_equal(get(bench->other, KIPC_NOW), -EIDRM);
}

static void *send_while_retired(void *argument)
{
	struct bench *bench = argument;

	return (void *)(intptr_t)kipc_send(bench->other, 1, "x", 1, KIPC_FOREVER);
}

static void retiring_ends_a_wait_for_a_claim(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	assert_int_equal(reserve(bench->channel), 0);
	assert_int_equal(pthread_create(&thread, NULL, send_while_retired, bench), 0);
	while (!(bench->header->producers.word & RING_WORD_SLEEPERS))
		sched_yield();
	assert_int_equal(ring_retire_at(bench->header, 2 * RING_HEADER_SIZE), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal((intptr_t)result, -EIDRM);
}

static atomic_bool has_returned;

static void *wait_to_be_cancelled(void *argument)
{
	struct bench *bench = argument;
	ssize_t n = get(bench->other, SECOND / 4);

	has_returned = n == -ETIMEDOUT;
	pthread_testcancel();
	return NULL;
}

static void cancelling_a_waiter_leaves_the_lock(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	has_returned = false;
	assert_int_equal(put(bench->channel, "work"), 0);
	assert_int_equal(acquire(bench->channel), 4);
	assert_int_equal(pthread_create(&thread, NULL, wait_to_be_cancelled, bench), 0);
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_true(has_returned || bench->header->consumers.waits == 0); /* it may not have begun */
	assert_int_equal(bench->header->consumers.word & RING_WORD_OWNER, 0);
	assert_int_equal(kipc_release(bench->channel), 0);
	expect_sound(bench);
}

static void wait_ignores_an_acquired_message(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(put(bench->channel, "work"), 0);
	assert_int_equal(kipc_wait(bench->channel, 0, 0, KIPC_NOW), 0);
	assert_int_equal(acquire(bench->channel), 4);
	assert_int_equal(kipc_wait(bench->other, 0, 0, KIPC_NOW), -ENOMSG);
	assert_int_equal(kipc_wait(bench->other, 0, 0, SECOND / 20), -ETIMEDOUT);
	assert_int_equal(kipc_wait(bench->channel, 0, 0, SECOND), -EALREADY);
	assert_int_equal(kipc_release(bench->channel), 0);
	assert_int_equal(kipc_wait(bench->other, 0, 0, KIPC_NOW), -ENOMSG);
	expect_sound(bench);
}

/*
 * -- recreated rings
 * ------------------------------------------------------------------------------------------------------
 */

/* As kipcd does it after another program has removed the segment. */
static void recreate(struct bench *bench)
{
	assert_int_equal(ring_retire_at(bench->header, 2 * RING_HEADER_SIZE), 0);
	assert_int_equal(shmctl(bench->id, IPC_RMID, NULL), 0);
	shmdt(bench->header);
	bench->id = make_ring(bench->key);
	bench->header = shmat(bench->id, NULL, 0);
	assert_ptr_not_equal(bench->header, (void *)-1);
}

static bool is_gone(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) < 0;
}

static void claim_belongs_to_its_ring(void **state)
{
	struct bench *bench = *state;
	int old = bench->id;

	assert_int_equal(put(bench->channel, "first"), 0);
	assert_int_equal(put(bench->channel, "second"), 0);
	assert_int_equal(acquire(bench->channel), 5);
	assert_int_equal(reserve(bench->channel), 0);
	recreate(bench);
	assert_int_equal(put(bench->channel, "new"), 0);      /* goes to the new ring */
	assert_int_equal(acquire(bench->channel), -EALREADY); /* the old ring is not empty */
	assert_int_equal(kipc_commit(bench->channel, 1, 1),
			 -EIDRM);			   /* no receiver would find it in the old ring */
	assert_int_equal(kipc_release(bench->channel), 0); /* releases in the old ring */
	expect(bench->channel, "second");
	expect(bench->channel, "new");
	kipc_close(bench->other);
	bench->other = NULL;
	assert_true(is_gone(old));
}

static void dead_rings_are_given_back(void **state)
{
	struct bench *bench = *state;
	int ids[4];

	for (int i = 0; i < 4; i++) {
		ids[i] = bench->id;
		assert_int_equal(put(bench->channel, "left there"), 0);
		recreate(bench);
	}
	assert_int_equal(put(bench->channel, "last"), 0);
	for (int i = 0; i < 4; i++)
		assert_true(is_gone(ids[i]));
	expect(bench->channel, "last");
}

static void old_messages_are_taken_first(void **state)
{
	struct bench *bench = *state;
	int ids[2];

	bench->other = kipc_close(bench->other);
	assert_int_equal(get(bench->channel, KIPC_NOW), -ENOMSG);
	for (int i = 0; i < 2; i++) {
		ids[i] = bench->id;
		assert_int_equal(put(bench->channel, i == 0 ? "one" : "three"), 0);
		assert_int_equal(put(bench->channel, i == 0 ? "two" : "four"), 0);
		if (i == 1)
			assert_int_equal(kipc_wait(bench->channel, 0, 0, KIPC_NOW), 0);
		recreate(bench);
	}
	assert_int_equal(put(bench->channel, "five"), 0);
	expect(bench->channel, "one");
	expect(bench->channel, "two");
	expect(bench->channel, "three");
	assert_true(is_gone(ids[0]));
	expect(bench->channel, "four");
	expect(bench->channel, "five");
	assert_true(is_gone(ids[1]));
	assert_int_equal(get(bench->channel, KIPC_NOW), -ENOMSG);
}

/*
 * -- the caller's memory and flags
 * -------------------------------------------------------------------------------
 */

static void without_a_buffer(void **state)
{
	struct kipc_message message;
	struct bench *bench = *state;

	assert_int_equal(kipc_send(bench->channel, 1, NULL, 0, KIPC_NOW), 0);
	assert_int_equal(kipc_recv(bench->channel, NULL, 0, 0, 0, KIPC_NOW, NULL), 0);
	assert_int_equal(kipc_send(bench->channel, 1, NULL, 0, KIPC_NOW), 0);
	assert_int_equal(kipc_recv_batch(bench->channel, NULL, 0, &message, 1, KIPC_NOW), 1);
	assert_int_equal(message.size, 0);
	assert_int_equal(put(bench->channel, "x"), 0);
	assert_int_equal(kipc_recv(bench->channel, NULL, 0, 0, 0, KIPC_NOW, NULL), -EMSGSIZE);
	expect(bench->channel, "x");
}

static void unknown_flags_are_refused(void **state)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	struct kipc_object object = { .kind = KIPC_SEMAPHORE, .id = id };
	struct bench *bench = *state;
	struct kipc_channel *semaphore;
	char got[1], address[32];
	void *memory;
	size_t size;

	snprintf(address, sizeof address, "semaphore:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEMAPHORE, &semaphore), 0);
	assert_int_equal(kipc_up(semaphore, 0, 1, 2), -EINVAL);
	assert_int_equal(kipc_up(semaphore, 0, 1, 0), 0);
	assert_int_equal(kipc_down(semaphore, 0, 1, 4 | KIPC_UNDO, KIPC_NOW), -EINVAL);
	assert_int_equal(kipc_down(semaphore, 0, 1, 0, KIPC_NOW), 0);
	kipc_close(semaphore);
	assert_int_equal(kipc_object_alter(&object, 1U << 4), -EINVAL);
	assert_int_equal(kipc_object_remove(&object, 1U << 2 | KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL),
			 -EINVAL);
	assert_int_equal(semctl(id, 0, IPC_RMID), 0);
	assert_int_equal(kipc_attach(bench->channel, 2, &memory, &size), -EINVAL);
	assert_int_equal(put(bench->channel, "x"), 0);
	assert_int_equal(kipc_recv(bench->channel, got, 1, 0, 2, KIPC_NOW, NULL), -EINVAL);
	assert_int_equal(kipc_wait(bench->channel, 0, 1U << 31, KIPC_NOW), -EINVAL);
	assert_int_equal(kipc_recv(bench->channel, got, 1, 0, KIPC_NOT_TYPE, KIPC_NOW, NULL), 1);
}

/* A page that can be neither read nor written, behind one that can. */
static char *make_wall(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	return pages + 4096;
}

static sigjmp_buf out;

static void jump_out(int signal)
{
	(void)signal;
	siglongjmp(out, 1);
}

static int call_with(struct bench *bench, char *memory, int which)
{
	struct kipc_message message = { .type = 1, .data = memory, .size = 150 };

	switch (which) {
	case 0:
		return kipc_send(bench->channel, 1, memory, 150, KIPC_NOW);
	case 1:
		return (int)kipc_recv(bench->channel, memory, 150, 0, 0, KIPC_NOW, NULL);
	case 2:
		return (int)kipc_send_batch(bench->channel, &message, 1, KIPC_NOW);
	case 3:
		return (int)kipc_recv_batch(bench->channel, memory, 150, &message, 1, KIPC_NOW);
	case 4:
		return (int)kipc_send_batch(bench->channel, (struct kipc_message *)(void *)memory, 1,
					    KIPC_NOW);
	default:
		return (int)kipc_recv_batch(bench->channel, common_buffer, sizeof common_buffer,
					    (struct kipc_message *)(void *)memory, 3, KIPC_NOW);
	}
}

/* How much of a struct kipc_message lies before the wall: `size` lies behind it. */
#define HALF_MESSAGE offsetof(struct kipc_message, size)

/* A fault ends the call, and no other party notices it. */
static void bad_address_blocks_no_other_party(void **state)
{
	struct sigaction action = { .sa_handler = jump_out }, before;
	char *wall = make_wall(), body[150] = "";
	struct bench *bench = *state;

	sigaction(SIGSEGV, &action, &before);
	memcpy(wall - HALF_MESSAGE, &(long){ 1 }, sizeof(long)); /* the type of a struct kipc_message */
	for (int which = 0; which < 6; which++) {
		assert_int_equal(kipc_send(bench->other, 1, body, sizeof body, KIPC_NOW), 0);
		for (volatile int at = 0; at < 2; at++) {
			if (sigsetjmp(out, 1) == 0) {
				(void)call_with(bench, at == 0 ? wall : wall - HALF_MESSAGE, which);
				fail();
			}
			assert_int_equal(bench->header->producers.word & RING_WORD_OWNER, 0);
			assert_int_equal(bench->header->consumers.word & RING_WORD_OWNER, 0);
		}
		assert_int_equal(get(bench->other, KIPC_NOW), sizeof body);
		expect_sound(bench);
	}
	sigaction(SIGSEGV, &before, NULL);
	munmap(wall - 4096, 8192);
}

static void kipc_now_never_waits(void **state)
{
	struct kipc_message message = { .type = 1 };
	struct bench *bench = *state;
	double begin;

	assert_int_equal(put(bench->channel, "x"), 0);
	bench->header->consumers.word |= NO_THREAD;
	bench->header->producers.word |= NO_THREAD;
	begin = now();
	assert_int_equal(put(bench->channel, "x"), -EAGAIN);
	assert_int_equal(kipc_send_batch(bench->channel, &message, 1, KIPC_NOW), -EAGAIN);
	assert_int_equal(reserve(bench->channel), -EAGAIN);
	assert_int_equal(get(bench->channel, KIPC_NOW), -ENOMSG);
	assert_int_equal(kipc_wait(bench->channel, 0, 0, KIPC_NOW), -ENOMSG);
	assert_int_equal(acquire(bench->channel), -ENOMSG);
	assert_true(now() - begin < 1);
	bench->header->consumers.word &= ~NO_THREAD;
	bench->header->producers.word &= ~NO_THREAD;
	expect(bench->channel, "x");
	expect_sound(bench);
}

/*
 * -- large messages
 * ------------------------------------------------------------------------------------------------------
 */

#define LARGE_RING (16 << 20)

/* A ring, and two handles on it. */
static int open_large(struct kipc_channel **ret_channel, struct kipc_channel **ret_other, size_t size,
		      size_t max)
{
	int id = shmget(IPC_PRIVATE, size, 0600);
	char address[32];

	assert_true(id >= 0);
	assert_int_equal(kipc_ring_format(id, max), 0);
	snprintf(address, sizeof address, "segment:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, ret_channel), 0);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, ret_other), 0);
	return id;
}

static void fill(unsigned char *body, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		body[i] = (unsigned char)(i * 2654435761U >> 13 ^ seed);
}

/* Of many sizes, at any place in a page, copied under the lock or under a claim. */
static void large_messages_are_whole(void **state)
{
	const size_t max = 2 << 20;
	unsigned char *sent = malloc(max), *got = malloc(max + 8192);
	struct kipc_channel *channel, *other;
	int id = open_large(&channel, &other, LARGE_RING, max);

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		size_t size = i % 3 == 0 ? i * 10 : i % 3 == 1 ? i * 3001U : max - i * 20001;

		fill(sent, size, i);
		assert_int_equal(kipc_send(channel, 1, sent, size, KIPC_NOW), 0);
		assert_int_equal(kipc_recv(other, got + i * 67, size, 0, 0, KIPC_NOW, NULL), size);
		assert_memory_equal(sent, got + i * 67, size);
	}
	assert_int_equal(kipc_send(channel, 1, sent, max, KIPC_NOW), 0);
	assert_int_equal(kipc_recv(other, got, max - 1, 0, 0, KIPC_NOW, NULL), -EMSGSIZE);
	assert_int_equal(kipc_recv(other, got, max, 0, 0, KIPC_NOW, NULL), max);
	assert_int_equal(kipc_recv(other, got, max, 0, 0, KIPC_NOW, NULL), -ENOMSG);
	kipc_close(channel);
	kipc_close(other);
	shmctl(id, IPC_RMID, NULL);
	free(sent);
	free(got);
}

static void batches_are_bounded(void **state)
{
	struct kipc_message messages[20], got[20];
	struct kipc_channel *channel, *other;
	const size_t size = 100000;
	unsigned char *bodies = malloc(20 * size), *buffer = malloc(20 * (size + 16));
	int id = open_large(&channel, &other, LARGE_RING, 2 << 20);

	(void)state;
	fill(bodies, 20 * size, 7);
	for (size_t i = 0; i < 20; i++)
		messages[i] = (struct kipc_message){ .type = 1, .data = bodies + i * size, .size = size };
	assert_int_equal(kipc_send_batch(channel, messages, 20, KIPC_NOW), 10);
	assert_int_equal(kipc_send_batch(channel, messages + 10, 10, KIPC_NOW), 10);
	assert_int_equal(kipc_recv_batch(other, buffer, 20 * (size + 16), got, 20, KIPC_NOW), 10);
	for (size_t i = 0; i < 10; i++)
		assert_memory_equal(got[i].data, messages[i].data, size);
	assert_int_equal(kipc_recv_batch(other, buffer, 20 * (size + 16), got, 20, KIPC_NOW), 10);
	for (size_t i = 0; i < 10; i++)
		assert_memory_equal(got[i].data, messages[10 + i].data, size);
	kipc_close(channel);
	kipc_close(other);
	shmctl(id, IPC_RMID, NULL);
	free(bodies);
	free(buffer);
}

/*
 * -- room in bounded time
 * ----------------------------------------------------------------------------------------------
 */

static struct crowd {
	struct kipc_channel *large, *other;
	int id;
	atomic_bool is_over;
	pthread_t threads[3];
	struct ring_header *header;
} crowd;

static void *send_small(void *argument)
{
	struct kipc_channel *channel;
	char address[32], body[64] = "";

	(void)argument;
	snprintf(address, sizeof address, "segment:@%d", crowd.id);
	if (kipc_open(address, NULL, KIPC_SEGMENT, &channel) < 0)
		abort();
	while (!crowd.is_over)
		(void)kipc_send(channel, 1, body, sizeof body, 10000);
	return kipc_close(channel);
}

/* Works 50 µs on each message, so that the producers always find the ring full. */
static void *take_all(void *argument)
{
	static char body[16000];
	double end;

	(void)argument;
	while (!crowd.is_over) {
		(void)kipc_recv(crowd.other, body, sizeof body, 0, 0, 10000, NULL);
		for (end = now() + 50e-6; now() < end;)
			;
	}
	return NULL;
}

static int gather(void **state)
{
	(void)state;
	crowd.is_over = false;
	crowd.id = open_large(&crowd.large, &crowd.other, 65536, 16000);
	crowd.header = shmat(crowd.id, NULL, 0);
	assert_ptr_not_equal(crowd.header, (void *)-1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&crowd.threads[i], NULL, i < 2 ? send_small : take_all, NULL),
				 0);
	return 0;
}

static int disperse(void **state)
{
	(void)state;
	crowd.is_over = true;
	for (int i = 0; i < 3; i++)
		pthread_join(crowd.threads[i], NULL);
	kipc_close(crowd.large);
	kipc_close(crowd.other);
	shmdt(crowd.header);
	shmctl(crowd.id, IPC_RMID, NULL);
	return 0;
}

static void large_message_gets_room_beside_small_ones(void **state)
{
	const uint64_t in_the_ring = (65536 - RING_HEADER_SIZE) / 80;
	struct kipc_ring before, after;
	static char body[16000];

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(kipc_ring_stat(crowd.large, &before), 0);
		assert_int_equal(kipc_send(crowd.large, 2, body, sizeof body, 60 * SECOND), 0);
		assert_int_equal(kipc_ring_stat(crowd.large, &after), 0);
		/*
		 * Twice the ring, and what is received before the turn begins: in 10 ms, 200 messages on an
		 * idle machine.
		 */
		assert_true(after.received_messages - before.received_messages < 20 * in_the_ring);
	}
}

/* However the producer that has the turn ends, the others can send. */
static void unused_turn_ends(void **state)
{
	static const int ends[] = { SIGSTOP, SIGKILL };
	struct ring_side *side = &crowd.header->producers;
	static char body[16000];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = fork();
		double end;

		if (pid == 0)
			for (;;)
				(void)kipc_send(crowd.large, 2, body, sizeof body, KIPC_FOREVER);
		while (ring_claimant_pid(side->turn.owner) != (uint32_t)pid ||
		       side->turn.owner != side->claim.owner)
			sched_yield();
		kill(pid, ends[i]);
		for (int n = 0; n < 50; n++)
			assert_int_equal(kipc_send(crowd.large, 1, body, 64, 20 * SECOND), 0);
		for (end = now() + 20; kipc_send(crowd.large, 1, body, 64, KIPC_NOW) < 0;)
			assert_true(now() < end);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

/*
 * -- signals and statistics
 * ------------------------------------------------------------------------------------------------
 */

static void ignore(int signal)
{
	(void)signal;
}

/* Only a handler without SA_RESTART ends a wait, whether the thread naps or sleeps. */
static void handler_with_sa_restart_ends_no_wait(void **state)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { 0 };
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	struct bench *bench = *state;
	int r;

	while (put(bench->channel, "fills it up to the last byte") == 0)
		;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 100; i++)
		assert_int_equal(kipc_send(bench->channel, 1, "x", 1, 2000), -ETIMEDOUT);
	action.sa_flags = 0;
	sigaction(SIGALRM, &action, NULL);
	do
		r = kipc_send(bench->channel, 1, "x", 1, 60 * SECOND);
	while (r == -ETIMEDOUT);
	assert_int_equal(r, -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
}

static atomic_bool is_over;

static void *keep_full(void *argument)
{
	struct bench *bench = argument;

	while (!is_over)
		(void)put(bench->other, "some bytes");
	return NULL;
}

static void *keep_taking(void *argument)
{
	struct bench *bench = argument;

	while (!is_over)
		(void)get(bench->other, KIPC_NOW);
	return NULL;
}

static void stat_never_shows_more_than_the_capacity(void **state)
{
	struct bench *bench = *state;
	pthread_t threads[2];
	struct kipc_ring stat;

	is_over = false;
	pthread_create(&threads[0], NULL, keep_full, bench);
	pthread_create(&threads[1], NULL, keep_taking, bench);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(kipc_ring_stat(bench->channel, &stat), 0);
		assert_int_equal(stat.fault, KIPC_RING_SOUND);
		assert_true(stat.used <= stat.capacity);
	}
	is_over = true;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(claim_outlives_the_first_thread),
		TEST(claim_was_taken_away),
		TEST(child_of_a_fork_holds_nothing),
		TEST(child_of_a_bare_fork_has_its_own_number),
		TEST(execve_ends_the_claim),
		TEST(claim_survives_errors),
		TEST(giving_up_never_fails),
		TEST(giving_up_wakes_waiters),
		TEST(missing_descriptor_is_reported),
		TEST(waiter_notices_that_the_ring_is_retired),
		TEST(retiring_ends_a_wait_for_a_claim),
		TEST(cancelling_a_waiter_leaves_the_lock),
		TEST(wait_ignores_an_acquired_message),
		TEST(claim_belongs_to_its_ring),
		TEST(dead_rings_are_given_back),
		TEST(old_messages_are_taken_first),
		TEST(without_a_buffer),
		TEST(unknown_flags_are_refused),
		TEST(bad_address_blocks_no_other_party),
		TEST(kipc_now_never_waits),
		cmocka_unit_test(large_messages_are_whole),
		cmocka_unit_test(batches_are_bounded),
		cmocka_unit_test_setup_teardown(large_message_gets_room_beside_small_ones, gather, disperse),
		cmocka_unit_test_setup_teardown(unused_turn_ends, gather, disperse),
		TEST(handler_with_sa_restart_ends_no_wait),
		TEST(stat_never_shows_more_than_the_capacity),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
