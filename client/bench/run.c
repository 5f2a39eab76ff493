/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Measures how fast messages go. Senders and receivers are processes, as in practice; each counts its messages in memory that it
 * shares with the measuring process, and is killed at the end. A message carries its sender and its number, so that a receiver sees
 * at once if one is missing.
 */

#include "client/bench/run.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/base/signals.h"
#include "lib/kipc.h"

#define PARTIES_MAX 64 /* of each side */
#define BATCH_MAX 64
#define SLICE_NS 20000000

struct tag {
	uint32_t sender;
	uint32_t number;
};

/* Shared with the processes. */
struct board {
	struct {
		_Alignas(128) _Atomic uint64_t count;
	} parties[2 * PARTIES_MAX];
};

struct run {
	const struct bench_plan *plan;
	int ids[2];
	struct kipc_channel *channels[2];
	struct board *board;
	pid_t pids[2 * PARTIES_MAX];
	unsigned n_pids;
};

/* -- objects -- */

static int make_channel(struct run *run, unsigned index)
{
	const struct bench_plan *plan = run->plan;
	struct kipc_object wanted = { .kind = plan->is_ring ? KIPC_SEGMENT : KIPC_QUEUE, .mode = 0600 };
	char address[32];
	size_t bound;
	int r;

	if (plan->is_ring)
		wanted.segment.size = plan->capacity;
	else
		wanted.queue.capacity = plan->capacity;
	r = kipc_object_create(&wanted, &run->ids[index]);
	if (r == 0 && plan->is_ring)
		r = kipc_ring_format(run->ids[index], plan->max_message);
	if (r < 0)
		return r;
	(void)snprintf(address, sizeof address, "%s:@%d", kipc_kind_to_string(wanted.kind), run->ids[index]);
	r = kipc_open(address, NULL, KIPC_ANY_KIND, &run->channels[index]);
	if (r == 0)
		r = kipc_message_bound(run->channels[index], &bound);
	return r == 0 && plan->size > bound ? -EMSGSIZE : r;
}

static void remove_channels(struct run *run)
{
	for (unsigned i = 0; i < 2; i++) {
		enum kipc_kind kind = run->plan->is_ring ? KIPC_SEGMENT : KIPC_QUEUE;
		struct kipc_object object;

		run->channels[i] = kipc_close(run->channels[i]);
		if (run->ids[i] >= 0 && kipc_object_stat(kind, run->ids[i], &object) == 0)
			(void)kipc_object_remove(&object, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL);
		run->ids[i] = -1;
	}
}

/* -- processes -- */

static void end_processes(struct run *run)
{
	for (unsigned i = 0; i < run->n_pids; i++) {
		(void)kill(run->pids[i], SIGKILL);
		(void)waitpid(run->pids[i], NULL, 0);
	}
	run->n_pids = 0;
}

/* 0 in the new process. */
static int start_process(struct run *run)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGINT, SIG_IGN); /* the measuring process ends us */
		return 0;
	}
	run->pids[run->n_pids++] = pid;
	return 1;
}

static void __attribute__((noreturn)) produce(const struct run *run, unsigned sender)
{
	const struct bench_plan *plan = run->plan;
	struct kipc_message messages[BATCH_MAX];
	char *bodies = calloc(plan->batch, plan->size + 1);
	uint32_t number = 0;
	ssize_t n;

	if (bodies == NULL)
		_exit(1);
	for (unsigned i = 0; i < plan->batch; i++)
		messages[i] = (struct kipc_message){ 1, bodies + i * plan->size, plan->size };
	for (;;) {
		for (unsigned i = 0; i < plan->batch; i++) {
			const struct tag tag = { sender, number + i };

			memcpy(messages[i].data, &tag, sizeof tag);
		}
		if (plan->batch == 1)
			n = kipc_send(run->channels[0], 1, bodies, plan->size, KIPC_FOREVER) == 0 ? 1 : -1;
		else
			n = kipc_send_batch(run->channels[0], messages, plan->batch, KIPC_FOREVER);
		if (n < 0)
			_exit(1);
		number += (uint32_t)n;
		atomic_store_explicit(&run->board->parties[sender].count, number, memory_order_relaxed);
	}
}

static void __attribute__((noreturn)) consume(const struct run *run, unsigned receiver)
{
	const struct bench_plan *plan = run->plan;
	size_t room = plan->batch * (plan->size + 16);
	struct kipc_message messages[BATCH_MAX];
	uint32_t next[PARTIES_MAX] = { 0 };
	char *buffer = aligned_alloc(16, (room + 15) / 16 * 16);
	uint64_t count = 0;

	if (buffer == NULL)
		_exit(1);
	for (;;) {
		ssize_t n =
			kipc_recv_batch(run->channels[0], buffer, room, messages, plan->batch, KIPC_FOREVER);

		if (n < 0)
			_exit(1);
		for (ssize_t i = 0; i < n; i++) {
			struct tag tag;

			memcpy(&tag, messages[i].data, sizeof tag);
			/* With other receivers there are gaps, but numbers never go back. */
			if (messages[i].size != plan->size || tag.sender >= plan->producers ||
			    (plan->consumers == 1 ? tag.number != next[tag.sender]
						  : tag.number < next[tag.sender]))
				_exit(1);
			next[tag.sender] = tag.number + 1;
		}
		count += (uint64_t)n;
		atomic_store_explicit(&run->board->parties[PARTIES_MAX + receiver].count, count,
				      memory_order_relaxed);
	}
}

/* -- how many -- */

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* -EINTR: a signal was caught; -EIO: a process has ended. */
static int let_run(const struct run *run, int64_t nanoseconds)
{
	const int64_t end = now_ns() + nanoseconds;

	while (now_ns() < end) {
		int64_t left = end - now_ns();
		struct timespec slice = { .tv_nsec = left < SLICE_NS ? (left > 0 ? left : 0) : SLICE_NS };

		(void)nanosleep(&slice, NULL);
		if (signals_caught())
			return -EINTR;
		for (unsigned i = 0; i < run->n_pids; i++)
			if (waitpid(run->pids[i], NULL, WNOHANG) > 0)
				return -EIO;
	}
	return 0;
}

static uint64_t count_of(const struct run *run, unsigned from, unsigned n, double *ret_share)
{
	uint64_t total = 0, least = UINT64_MAX, most = 0;

	for (unsigned i = from; i < from + n; i++) {
		uint64_t count = atomic_load_explicit(&run->board->parties[i].count, memory_order_relaxed);

		total += count;
		least = count < least ? count : least;
		most = count > most ? count : most;
	}
	*ret_share = most == 0 ? 0 : (double)least / (double)most;
	return total;
}

static int measure_rate(struct run *run, struct bench_result *result)
{
	const struct bench_plan *plan = run->plan;
	uint64_t before, after;
	int64_t begin;
	double share;
	int r = 1;

	for (unsigned i = 0; i < plan->consumers && r > 0; i++)
		if ((r = start_process(run)) == 0)
			consume(run, i);
	for (unsigned i = 0; i < plan->producers && r > 0; i++)
		if ((r = start_process(run)) == 0)
			produce(run, i);
	if (r > 0)
		r = let_run(run, plan->duration * 100); /* a tenth, to warm up */
	before = count_of(run, PARTIES_MAX, plan->consumers, &share);
	begin = now_ns();
	if (r == 0)
		r = let_run(run, plan->duration * 1000);
	after = count_of(run, PARTIES_MAX, plan->consumers, &result->receivers_share);
	result->messages = (double)(after - before) * 1e9 / (double)(now_ns() - begin);
	(void)count_of(run, 0, plan->producers, &result->senders_share);
	end_processes(run);
	return r;
}

/* -- how long -- */

static unsigned class_of(uint64_t ns)
{
	unsigned power = ns < 16 ? 4 : 63U - (unsigned)__builtin_clzll(ns);
	unsigned class = (power - 4) * 16 + (ns < 16 ? 0 : (unsigned)(ns >> (power - 4)) & 15U);

	return class < BENCH_CLASSES ? class : BENCH_CLASSES - 1;
}

uint64_t bench_class_start(unsigned class)
{
	return (UINT64_C(16) + class % 16) << class / 16;
}

static void __attribute__((noreturn)) answer(const struct run *run)
{
	size_t size = run->plan->size;
	char *body = malloc(size + 1);

	while (body != NULL && kipc_recv(run->channels[0], body, size, 0, 0, KIPC_FOREVER, NULL) >= 0 &&
	       kipc_send(run->channels[1], 1, body, size, KIPC_FOREVER) >= 0)
		;
	_exit(1);
}

static int measure_trips(struct run *run, struct bench_result *result)
{
	const int64_t end = now_ns() + run->plan->duration * 1000;
	size_t size = run->plan->size;
	char *body = calloc(1, size + 1);
	int r = body != NULL ? start_process(run) : -ENOMEM;

	if (r == 0)
		answer(run);
	for (r = r > 0 ? 0 : r; r == 0 && now_ns() < end;) {
		int64_t begin = now_ns();
		ssize_t n;

		r = kipc_send(run->channels[0], 1, body, size, KIPC_FOREVER);
		n = r < 0 ? r : kipc_recv(run->channels[1], body, size, 0, 0, KIPC_FOREVER, NULL);
		if (n < 0) {
			r = signals_caught() ? -EINTR : (int)n;
			break;
		}
		result->trips[class_of((uint64_t)(now_ns() - begin))]++;
		result->n_trips++;
		r = signals_caught() ? -EINTR : 0;
	}
	free(body);
	end_processes(run);
	return r;
}

uint64_t bench_percentile(const struct bench_result *result, double share)
{
	uint64_t wanted = (uint64_t)ceil((double)result->n_trips * share), seen = 0;
	unsigned class = 0;

	for (; class < BENCH_CLASSES - 1; class ++) {
		seen += result->trips[class];
		if (seen >= wanted)
			break;
	}
	return result->n_trips == 0 ? 0 : bench_class_start(class);
}

/* Each figure has its own channels: what one measurement leaves in them does not slow the next. */
static int measure(struct run *run, unsigned n_channels,
		   int (*figure)(struct run *run, struct bench_result *result), struct bench_result *result)
{
	int r = 0;

	for (unsigned i = 0; i < n_channels && r == 0; i++)
		r = make_channel(run, i);
	if (r == 0)
		r = figure(run, result);
	remove_channels(run);
	return r;
}

int bench_run(const struct bench_plan *plan, struct bench_result *ret_result)
{
	struct run run = { .plan = plan, .ids = { -1, -1 } };
	struct bench_result result = { 0 };
	int r;

	if (plan->size < sizeof(struct tag) || plan->batch < 1 || plan->batch > BATCH_MAX ||
	    plan->producers < 1 || plan->producers > PARTIES_MAX || plan->consumers < 1 ||
	    plan->consumers > PARTIES_MAX)
		return -EINVAL;
	run.board = mmap(NULL, sizeof *run.board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.board == MAP_FAILED)
		return -errno;
	r = measure(&run, 1, measure_rate, &result);
	if (r == 0)
		r = measure(&run, 2, measure_trips, &result);
	(void)munmap(run.board, sizeof *run.board);
	if (r == 0)
		*ret_result = result;
	return r;
}
