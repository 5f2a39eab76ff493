/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rings: the states that a crash can leave, built by hand; bytes that contradict each other; and the calls of
 * kipc.h. Each test has a segment of its own, and sees it in two ways: through a channel, as a program does,
 * and as bytes.
 */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ring/attach.h"
#include "lib/ring/in-place.h"
#include "lib/ring/lock.h"
#include "lib/ring/peek.h"
#include "lib/ring/recv.h"
#include "lib/ring/send.h"

#define MAX_MESSAGE 200
#define NO_THREAD 0x3ffffffU /* no thread's TID: above PID_MAX_LIMIT */

struct bench {
	int id;
	struct kipc_channel *channel;
	struct ring_header *header;
	char *data;
};

static int set_up(void **state)
{
	static struct bench bench;
	char address[32];

	bench.id = shmget(IPC_PRIVATE, 2 * RING_HEADER_SIZE, 0600);
	assert_true(bench.id >= 0);
	assert_int_equal(kipc_ring_format(bench.id, MAX_MESSAGE), 0);
	snprintf(address, sizeof address, "segment:@%d", bench.id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench.channel), 0);
	bench.header = shmat(bench.id, NULL, 0);
	assert_ptr_not_equal(bench.header, (void *)-1);
	bench.data = (char *)bench.header + RING_HEADER_SIZE;
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kipc_close(bench->channel);
	shmdt(bench->header);
	shmctl(bench->id, IPC_RMID, NULL);
	return 0;
}

static int put(struct bench *bench, const char *text)
{
	return kipc_send(bench->channel, 1, text, strlen(text), KIPC_NOW);
}

/* The next message is this one. */
static void expect(struct bench *bench, const char *text)
{
	char got[MAX_MESSAGE + 1];
	ssize_t n = kipc_recv(bench->channel, got, MAX_MESSAGE, 0, 0, KIPC_NOW, NULL);

	assert_int_equal(n, strlen(text));
	got[n] = '\0';
	assert_string_equal(got, text);
}

static void expect_none(struct bench *bench)
{
	char got[MAX_MESSAGE];

	assert_int_equal(kipc_recv(bench->channel, got, sizeof got, 0, 0, KIPC_NOW, NULL), -ENOMSG);
}

/* The ring works, and its counters agree. */
static void expect_sound(struct bench *bench)
{
	struct kipc_ring before, after;

	assert_int_equal(kipc_ring_stat(bench->channel, &before), 0);
	assert_int_equal(put(bench, "sound"), 0);
	expect(bench, "sound");
	expect_none(bench);
	assert_int_equal(kipc_ring_stat(bench->channel, &after), 0);
	assert_int_equal(after.fault, KIPC_RING_SOUND);
	assert_int_equal(after.sent_messages, before.sent_messages + 1);
	assert_int_equal(after.sent_messages, after.received_messages);
	assert_int_equal(after.sent_bytes, after.received_bytes);
	assert_int_equal(after.used, 0);
	assert_int_equal(after.producer_lock, 0);
	assert_int_equal(after.consumer_lock, 0);
}

/* -- what a death leaves ------------------------------------------------------------------------------------- */

/* The words that the kernel leaves when an owner dies: with and without sleepers, before and after the move. */
static void lock_of_a_dead_thread_is_taken_over(void **state)
{
	static const uint64_t left[] = {
		RING_WORD_OWNER_DIED,
		RING_WORD_OWNER_DIED | RING_WORD_WAITERS,
		RING_WORD_OWNER_DIED | RING_WORD_WAITERS | RING_WORD_SLEEPERS,
		RING_WORD_WAITERS, /* a wake-up is owed */
		RING_WORD_WAITERS | RING_WORD_SLEEPERS,
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
		bench->header->producers.word |= left[i];
		bench->header->consumers.word |= left[i];
		expect_sound(bench);
		assert_int_equal(bench->header->producers.word & UINT32_MAX & ~RING_WORD_WAITERS, 0);
	}
}

static void unpublished_record_does_not_exist(void **state)
{
	struct ring_record record = { 5, RING_RECORD_MESSAGE, 1 };
	struct bench *bench = *state;

	assert_int_equal(put(bench, "first"), 0);
	memcpy(bench->data + 2 * RING_UNIT, &record, sizeof record);
	memcpy(bench->data + 3 * RING_UNIT, "never", 5);
	expect(bench, "first");
	expect_none(bench);
	expect_sound(bench);
}

/* In whatever order its four numbers were written. */
static void unpublished_count_does_not_count(void **state)
{
	struct bench *bench = *state;
	struct ring_side *sides[] = { &bench->header->producers, &bench->header->consumers };

	assert_int_equal(put(bench, "first"), 0); /* the producers' second count is the valid one now */
	for (size_t i = 0; i < 2; i++) {
		struct ring_count *count = &sides[i]->counts[i == 0 ? 0 : 1];

		count->position = 99;
		count->offset = UINT64_MAX;
		count->messages = 77;
		count->bytes = 66;
	}
	expect(bench, "first");
	expect_sound(bench);
}

static void unpublished_padding_is_overwritten(void **state)
{
	struct ring_record padding = { .state = RING_RECORD_PADDING };
	struct bench *bench = *state;

	memcpy(bench->data, &padding, sizeof padding);
	expect_sound(bench);
}

static void claim(struct ring_side *side, uint32_t pid, uint64_t started, uint64_t position)
{
	side->claim.owner = (uint64_t)4711 << RING_CLAIM_TICKET_SHIFT | (uint64_t)pid << RING_CLAIM_PID_SHIFT;
	side->claim.started = started;
	side->claim.position = position;
}

static void claim_of_a_dead_process_is_void(void **state)
{
	struct bench *bench = *state;
	pid_t zombie = fork();
	siginfo_t info;

	if (zombie == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT), 0);
	claim(&bench->header->producers, NO_THREAD, 1, 0); /* gone */
	assert_int_equal(put(bench, "a"), 0);
	claim(&bench->header->consumers, (uint32_t)getpid(), 1, 0); /* its pid is ours now */
	expect(bench, "a");
	claim(&bench->header->producers, (uint32_t)zombie, 1, 2);
	assert_int_equal(put(bench, "b"), 0);
	claim(&bench->header->consumers, 0, 0, 2); /* half written */
	expect(bench, "b");
	claim(&bench->header->producers, UINT32_MAX, 0, 4); /* nonsense */
	claim(&bench->header->consumers, 1, 0, 1);	    /* at an earlier position */
	expect_sound(bench);
	waitpid(zombie, NULL, 0);
}

/* A child dies while it holds the lock of that side, having written half of what it was going to. */
static void die_with_the_lock(struct bench *bench, struct ring_side *side)
{
	pid_t pid = fork();
	uint64_t word;
	int status;

	if (pid == 0) {
		if (ring_lock_take(side, NULL, &word) < 0)
			_exit(1);
		memset(bench->data + 64, 0xff, 64);
		side->counts[1].position = side->counts[1].offset = UINT64_MAX;
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(side->word & UINT32_MAX, RING_WORD_OWNER_DIED);
}

static void real_death_with_the_lock(void **state)
{
	struct bench *bench = *state;

	die_with_the_lock(bench, &bench->header->producers);
	die_with_the_lock(bench, &bench->header->consumers);
	expect_sound(bench);
}

static void owner_that_does_not_exist_is_an_error(void **state)
{
	struct bench *bench = *state;
	struct kipc_ring stat;

	bench->header->producers.word |= NO_THREAD;
	assert_int_equal(put(bench, "a"), -EAGAIN); /* at once */
	assert_int_equal(kipc_send(bench->channel, 1, "a", 1, 100000), -ETIMEDOUT);
	assert_int_equal(kipc_send(bench->channel, 1, "a", 1, KIPC_FOREVER), -ENOLCK);
	assert_int_equal(kipc_ring_stat(bench->channel, &stat), 0);
	assert_int_equal(stat.producer_lock, NO_THREAD);
	expect_none(bench); /* the other side's lock is free */
}

/*
 * -- bytes that contradict each other
 * ----------------------------------------------------------------------------
 */

static void break_counts(struct bench *bench)
{
	bench->header->producers.counts[0].position = bench->header->producers.counts[1].position = 12345;
}

static void break_offset(struct bench *bench)
{
	bench->header->producers.counts[0].offset = bench->header->producers.counts[1].offset = 1000;
}

static void break_positions(struct bench *bench)
{
	struct ring_side *side = &bench->header->producers;

	side->word = ring_word_at(300);
	side->counts[0].position = side->counts[1].position = 300;
}

static void break_consumers_ahead(struct bench *bench)
{
	struct ring_side *side = &bench->header->consumers;

	side->word = ring_word_at(5);
	side->counts[0].position = 5;
	side->counts[0].offset = 5;
}

static struct ring_record *record(struct bench *bench)
{
	return (struct ring_record *)(void *)bench->data;
}

static void break_state_zero(struct bench *bench)
{
	record(bench)->state = 0;
}
static void break_state_unknown(struct bench *bench)
{
	record(bench)->state = 3;
}
static void break_size_huge(struct bench *bench)
{
	record(bench)->size = UINT32_MAX;
}
static void break_size_above_largest(struct bench *bench)
{
	record(bench)->size = MAX_MESSAGE + 1;
}
static void break_size_above_sent(struct bench *bench)
{
	record(bench)->size = 33;
}
static void break_type_zero(struct bench *bench)
{
	record(bench)->type = 0;
}
static void break_type_negative(struct bench *bench)
{
	record(bench)->type = -1;
}
static void break_padding_alone(struct bench *bench)
{
	record(bench)->state = RING_RECORD_PADDING;
}

static void broken_ring_is_reported(void **state)
{
	static const struct {
		void (*break_it)(struct bench *bench);
		bool on_send, on_recv;
		enum kipc_ring_fault fault;
	} cases[] = {
		{ break_counts, true, false, KIPC_RING_COUNTS },
		{ break_offset, true, false, KIPC_RING_COUNTS },
		{ break_positions, false, true, KIPC_RING_POSITIONS },
		{ break_consumers_ahead, false, true, KIPC_RING_POSITIONS },
		{ break_state_zero, false, true, KIPC_RING_RECORD_STATE },
		{ break_state_unknown, false, true, KIPC_RING_RECORD_STATE },
		{ break_size_huge, false, true, KIPC_RING_RECORD_SIZE },
		{ break_size_above_largest, false, true, KIPC_RING_RECORD_SIZE },
		{ break_size_above_sent, false, true, KIPC_RING_RECORD_SIZE },
		{ break_type_zero, false, true, KIPC_RING_RECORD_TYPE },
		{ break_type_negative, false, true, KIPC_RING_RECORD_TYPE },
		{ break_padding_alone, false, true, KIPC_RING_RECORD_SIZE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char got[MAX_MESSAGE];
		struct bench *bench;
		const void *data;
		ssize_t n;

		set_up((void **)&bench);
		assert_int_equal(put(bench, "sixteen bytes it"), 0);
		assert_int_equal(kipc_next_size(bench->channel, (size_t[1]){ 0 }), 0);
		cases[i].break_it(bench);
		if (cases[i].on_send)
			assert_int_equal(put(bench, "x"), -EBADMSG);
		if (cases[i].on_recv) {
			n = kipc_recv(bench->channel, got, sizeof got, 0, 0, KIPC_NOW, NULL);
			assert_int_equal(n, -EBADMSG);
			assert_int_equal(kipc_acquire(bench->channel, KIPC_NOW, &data, NULL), -EBADMSG);
			assert_int_equal(kipc_peek(bench->channel, got, sizeof got, 0, NULL), -EBADMSG);
		}
		assert_int_equal(kipc_ring_fault(bench->channel), cases[i].fault);
		tear_down((void **)&bench);
	}
}

/* Only a ring has a fault: a raw segment, and a ring that no call has attached yet, have none. */
static void fault_is_that_of_a_ring(void **state)
{
	struct bench *bench = *state;
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	struct kipc_channel *channel;
	char address[32];

	assert_true(id >= 0);
	snprintf(address, sizeof address, "segment:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &channel), 0);
	assert_int_equal(kipc_ring_fault(channel), KIPC_RING_SOUND);
	assert_int_equal(kipc_send(channel, 1, "x", 1, KIPC_NOW), -EPROTOTYPE);
	assert_int_equal(kipc_ring_fault(channel), KIPC_RING_SOUND);
	kipc_close(channel);
	shmctl(id, IPC_RMID, NULL);

	bench->header->version = 2;
	assert_int_equal(kipc_ring_fault(bench->channel), KIPC_RING_SOUND);
	assert_int_equal(put(bench, "x"), -EBADMSG);
	assert_int_equal(kipc_ring_fault(bench->channel), KIPC_RING_GEOMETRY);
	bench->header->version = RING_VERSION;
	assert_int_equal(put(bench, "x"), 0);
	assert_int_equal(kipc_ring_fault(bench->channel), KIPC_RING_SOUND);
	expect(bench, "x");
}

static void ring_with_a_wrong_header_is_not_attached(void **state)
{
	struct bench *bench = *state;
	struct ring_header *header = bench->header;
	const struct {
		void *field;
		uint64_t value;
		size_t size;
		int error;
	} cases[] = {
		{ &header->magic, 0, 8, -EPROTOTYPE },
		{ &header->version, 2, 4, -EBADMSG },
		{ &header->header_size, 8192, 4, -EBADMSG },
		{ &header->capacity, 0, 8, -EBADMSG },
		{ &header->capacity, 4096 + 16, 8, -EBADMSG },
		{ &header->capacity, UINT64_MAX, 8, -EBADMSG },
		{ &header->max_message, 0, 8, -EBADMSG },
		{ &header->max_message, 4096, 8, -EBADMSG },
		{ &header->max_message, UINT64_MAX, 8, -EBADMSG },
		{ &header->pid_namespace, 1, 8, -EXDEV },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ring *ring = NULL;
		char before[8];

		memcpy(before, cases[i].field, cases[i].size);
		memcpy(cases[i].field, &cases[i].value, cases[i].size);
		assert_int_equal(ring_attach(bench->id, true, &ring), cases[i].error);
		assert_null(ring);
		memcpy(cases[i].field, before, cases[i].size);
	}
	expect_sound(bench);
}

/*
 * -- the contract
 * --------------------------------------------------------------------------------------------------
 */

static void every_size_at_every_offset(void **state)
{
	struct bench *bench = *state;
	char sent[MAX_MESSAGE], got[MAX_MESSAGE];
	long type;

	for (size_t i = 0; i < 20000; i++) {
		size_t size = i * 7 % (MAX_MESSAGE + 1);

		memset(sent, (int)i, sizeof sent);
		assert_int_equal(kipc_send(bench->channel, (long)i + 1, sent, size, KIPC_NOW), 0);
		assert_int_equal(kipc_recv(bench->channel, got, sizeof got, 0, 0, KIPC_NOW, &type), size);
		assert_memory_equal(sent, got, size);
		assert_int_equal(type, i + 1);
	}
	expect_sound(bench);
}

/* The 31 bits in the word overflow, and so do the 64 in the counts. */
static void positions_wrap(void **state)
{
	static const uint64_t starts[] = { RING_POSITION_MASK - 20, 3 * (RING_POSITION_MASK + 1) - 20,
					   UINT64_MAX - 20 };
	struct bench *bench = *state;
	struct ring_side *sides[] = { &bench->header->producers, &bench->header->consumers };

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		for (size_t j = 0; j < 2; j++) {
			sides[j]->word = ring_word_at(starts[i]);
			sides[j]->counts[0] = (struct ring_count){ .position = starts[i], .offset = 7 };
			sides[j]->counts[1].position = starts[i] + 1;
		}
		for (size_t n = 0; n < 100; n++) {
			assert_int_equal(put(bench, "one"), 0);
			assert_int_equal(put(bench, "two and something more"), 0);
			expect(bench, "one");
			expect(bench, "two and something more");
		}
		expect_sound(bench);
	}
}

static void full_ring_refuses_and_recovers(void **state)
{
	struct bench *bench = *state;
	char body[MAX_MESSAGE] = "";
	size_t n = 0, size;
	int r;

	while ((r = kipc_send(bench->channel, 1, body, sizeof body, KIPC_NOW)) == 0)
		n++;
	assert_int_equal(r, -EAGAIN);
	assert_int_equal(n, 4096 / (16 + 208));
	assert_int_equal(kipc_send(bench->channel, 1, body, sizeof body, 1000), -ETIMEDOUT);
	assert_int_equal(kipc_send(bench->channel, 1, body, MAX_MESSAGE + 1, KIPC_FOREVER), -EMSGSIZE);
	assert_int_equal(kipc_send(bench->channel, 0, body, 1, KIPC_NOW), -EINVAL);
	assert_int_equal(kipc_recv(bench->channel, body, MAX_MESSAGE - 1, 0, 0, KIPC_NOW, NULL), -EMSGSIZE);
	assert_int_equal(kipc_next_size(bench->channel, &size), 0);
	assert_int_equal(size, MAX_MESSAGE);
	assert_int_equal(kipc_message_bound(bench->channel, &size), 0);
	assert_int_equal(size, MAX_MESSAGE);
	assert_int_equal(kipc_recv(bench->channel, body, sizeof body, 3, 0, KIPC_NOW, NULL), -EOPNOTSUPP);
	for (; n > 0; n--)
		assert_int_equal(kipc_recv(bench->channel, body, sizeof body, 0, 0, KIPC_NOW, NULL),
				 MAX_MESSAGE);
	assert_int_equal(kipc_recv(bench->channel, body, sizeof body, 0, 0, 1000, NULL), -ETIMEDOUT);
	assert_int_equal(kipc_wait(bench->channel, 0, 0, KIPC_NOW), -ENOMSG);
	assert_int_equal(kipc_next_size(bench->channel, &size), -ENOMSG);
	expect_sound(bench);
}

static void batches_take_what_fits(void **state)
{
	struct bench *bench = *state;
	struct kipc_message messages[40], got[40];
	static _Alignas(16) char buffer[8192];
	char bodies[40][100];
	ssize_t n;

	for (size_t i = 0; i < 40; i++) {
		memset(bodies[i], (int)i, sizeof bodies[i]);
		messages[i] = (struct kipc_message){ (long)i + 1, bodies[i], i == 0 ? 0 : 100 };
	}
	/* The first takes 1 unit, each of the others 8. */
	assert_int_equal(kipc_send_batch(bench->channel, messages, 40, KIPC_NOW), 1 + 255 / 8);
	assert_int_equal(kipc_send_batch(bench->channel, messages + 1, 1, KIPC_NOW), -EAGAIN);
	n = kipc_recv_batch(bench->channel, buffer, 250, got, 40, KIPC_NOW);
	assert_int_equal(n, 3); /* they need 0, 112 and 100 bytes */
	assert_int_equal(got[0].size, 0);
	assert_int_equal(got[2].type, 3);
	assert_memory_equal(got[2].data, bodies[2], 100);
	assert_int_equal((uintptr_t)got[2].data % 16, 0);
	assert_int_equal(kipc_recv_batch(bench->channel, buffer, 99, got, 40, KIPC_NOW), -EMSGSIZE);
	assert_int_equal(got[0].size, 100);
	assert_int_equal(kipc_recv_batch(bench->channel, buffer, sizeof buffer, got, 40, KIPC_NOW), 29);
	assert_int_equal(got[0].type, 4);
	assert_int_equal(kipc_recv_batch(bench->channel, buffer, sizeof buffer, got, 40, KIPC_NOW), -ENOMSG);
	messages[1].type = 0;
	assert_int_equal(kipc_send_batch(bench->channel, messages, 2, KIPC_NOW), 1);
	assert_int_equal(kipc_send_batch(bench->channel, messages + 1, 1, KIPC_NOW), -EINVAL);
	expect(bench, "");
	expect_sound(bench);
}

static void reserve_and_commit(void **state)
{
	struct bench *bench = *state;
	void *place;

	assert_int_equal(kipc_commit(bench->channel, 1, 1), -EINVAL);
	assert_int_equal(kipc_reserve(bench->channel, MAX_MESSAGE + 1, KIPC_NOW, &place), -EMSGSIZE);
	assert_int_equal(kipc_reserve(bench->channel, 100, KIPC_NOW, &place), 0);
	assert_int_equal(kipc_reserve(bench->channel, 100, KIPC_NOW, &place), -EALREADY);
	assert_int_equal(put(bench, "by itself"), -EALREADY);
	expect_none(bench);
	memcpy(place, "short", 5);
	assert_int_equal(kipc_commit(bench->channel, 0, 5), -EINVAL);
	assert_int_equal(kipc_commit(bench->channel, 1, 101), -EINVAL);
	assert_int_equal(kipc_commit(bench->channel, 1, 5), 0);
	assert_int_equal(kipc_commit(bench->channel, 1, 5), -EINVAL);
	expect(bench, "short");
	assert_int_equal(kipc_reserve(bench->channel, 100, KIPC_NOW, &place), 0);
	assert_int_equal(kipc_abort(bench->channel), 0);
	assert_int_equal(kipc_abort(bench->channel), -EINVAL);
	expect_sound(bench);
}

static void acquire_and_release(void **state)
{
	struct bench *bench = *state;
	struct kipc_channel *other;
	char address[32], got[MAX_MESSAGE];
	const void *data;
	long type;

	assert_int_equal(kipc_acquire(bench->channel, KIPC_NOW, &data, NULL), -ENOMSG);
	assert_int_equal(put(bench, "work"), 0);
	assert_int_equal(put(bench, "more"), 0);
	snprintf(address, sizeof address, "segment:@%d", bench->id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &other), 0);
	assert_int_equal(kipc_acquire(other, KIPC_NOW, &data, &type), 4);
	assert_memory_equal(data, "work", 4);
	assert_int_equal(kipc_acquire(other, KIPC_NOW, &data, NULL), -EALREADY);
	expect_none(bench); /* the acquired message does not count */
	assert_int_equal(kipc_recv(bench->channel, got, sizeof got, 0, 0, 1000, NULL), -ETIMEDOUT);
	kipc_close(other); /* gives the message back */
	assert_int_equal(kipc_acquire(bench->channel, KIPC_NOW, &data, NULL), 4);
	assert_memory_equal(data, "work", 4);
	assert_int_equal(kipc_release(bench->channel), 0);
	assert_int_equal(kipc_release(bench->channel), -EINVAL);
	expect(bench, "more");
	expect_sound(bench);
}

/* If a process dies, its claims are void, and the message is delivered again. */
static void death_ends_a_claim(void **state)
{
	struct bench *bench = *state;
	const void *data;
	void *place;
	pid_t pid;

	assert_int_equal(put(bench, "again"), 0);
	pid = fork();
	if (pid == 0) {
		if (kipc_acquire(bench->channel, KIPC_NOW, &data, NULL) == 5 &&
		    kipc_reserve(bench->channel, 10, KIPC_NOW, &place) == 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	expect(bench, "again");
	expect_sound(bench);
}

static void peek_needs_only_read_permission(void **state)
{
	struct bench *bench = *state;
	char got[MAX_MESSAGE];
	struct ring *ring;
	long type;

	assert_int_equal(put(bench, "one"), 0);
	assert_int_equal(kipc_send(bench->channel, 9, "three", 5, KIPC_NOW), 0);
	assert_int_equal(ring_attach(bench->id, false, &ring), 0);
	assert_int_equal(ring_peek(ring, got, sizeof got, 1, &type), 5);
	assert_memory_equal(got, "three", 5);
	assert_int_equal(type, 9);
	assert_int_equal(ring_peek(ring, got, sizeof got, 2, &type), -ENOMSG);
	assert_int_equal(ring_peek(ring, got, sizeof got, -1, &type), -ENOMSG);
	assert_int_equal(ring_peek(ring, got, 4, 1, &type), -EMSGSIZE);
	ring_free(ring);
	expect(bench, "one");
	expect(bench, "three");
}

static void *receive(void *argument)
{
	static char got[MAX_MESSAGE];
	struct bench *bench = argument;

	return (void *)(intptr_t)kipc_recv(bench->channel, got, sizeof got, 0, 0, KIPC_FOREVER, NULL);
}

/* Waits until a thread sleeps for a message. */
static void await_sleeper(struct bench *bench)
{
	while (!(bench->header->producers.word & RING_WORD_SLEEPERS))
		sched_yield();
}

static void sleeper_is_woken(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, receive, bench), 0);
	await_sleeper(bench);
	assert_int_equal(put(bench, "wake"), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal((intptr_t)result, 4);
	assert_int_equal(bench->header->producers.waits, 1);
	expect_sound(bench);
}

static void retired_ring_ends_a_wait(void **state)
{
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, receive, bench), 0);
	await_sleeper(bench);
	assert_int_equal(ring_retire_at(bench->header, 2 * RING_HEADER_SIZE), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal((intptr_t)result, -EIDRM);
	assert_int_equal(put(bench, "into the void"), -EIDRM);
}

static void ignore(int signal)
{
	(void)signal;
}

static void signal_ends_a_wait(void **state)
{
	const struct sigaction action = { .sa_handler = ignore }; /* no SA_RESTART */
	struct bench *bench = *state;
	pthread_t thread;
	void *result;

	sigaction(SIGUSR1, &action, NULL);
	assert_int_equal(pthread_create(&thread, NULL, receive, bench), 0);
	await_sleeper(bench);
	/* A signal may arrive just before the sleep: then send another one. */
	do
		pthread_kill(thread, SIGUSR1);
	while (pthread_tryjoin_np(thread, &result) != 0);
	assert_int_equal((intptr_t)result, -EINTR);
	expect_sound(bench);
}

static void child_of_a_fork_is_another_thread(void **state)
{
	struct bench *bench = *state;
	int status;
	pid_t pid;

	expect_sound(bench); /* from here on, this thread's TID is known */
	pid = fork();
	if (pid == 0) {
		uint64_t word;

		if (ring_lock_take(&bench->header->producers, NULL, &word) < 0 ||
		    ring_word_owner(word) != (uint32_t)getpid() ||
		    ring_lock_drop(&bench->header->producers, word) < 0)
			_exit(1);
		_exit(put(bench, "child") == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	expect(bench, "child");
}

static void format_refuses(void **state)
{
	struct bench *bench = *state;
	int small = shmget(IPC_PRIVATE, RING_HEADER_SIZE, 0600), id = shmget(IPC_PRIVATE, 8192, 0600);

	assert_int_equal(kipc_ring_format(bench->id, 0), -EBUSY);
	assert_int_equal(kipc_ring_format(small, 0), -EINVAL);
	assert_int_equal(kipc_ring_format(id, 2033), -EINVAL);
	assert_int_equal(kipc_ring_format(id, 2032), 0);
	shmctl(small, IPC_RMID, NULL);
	shmctl(id, IPC_RMID, NULL);
	assert_int_equal(kipc_ring_format(id, 0), -EIDRM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lock_of_a_dead_thread_is_taken_over),
		TEST(unpublished_record_does_not_exist),
		TEST(unpublished_count_does_not_count),
		TEST(unpublished_padding_is_overwritten),
		TEST(claim_of_a_dead_process_is_void),
		TEST(real_death_with_the_lock),
		TEST(owner_that_does_not_exist_is_an_error),
		cmocka_unit_test(broken_ring_is_reported),
		TEST(fault_is_that_of_a_ring),
		TEST(ring_with_a_wrong_header_is_not_attached),
		TEST(every_size_at_every_offset),
		TEST(positions_wrap),
		TEST(full_ring_refuses_and_recovers),
		TEST(batches_take_what_fits),
		TEST(reserve_and_commit),
		TEST(acquire_and_release),
		TEST(death_ends_a_claim),
		TEST(peek_needs_only_read_permission),
		TEST(sleeper_is_woken),
		TEST(retired_ring_ends_a_wait),
		TEST(signal_ends_a_wait),
		TEST(child_of_a_fork_is_another_thread),
		TEST(format_refuses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
