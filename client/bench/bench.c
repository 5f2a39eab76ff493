/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl bench: how fast messages go on this machine, through a queue and a ring, or through one like ADDR. It never touches live
 * data: everything is measured on objects created for it (bench/run.c).
 */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/bench/run.h"
#include "client/table/table.h"
#include "common/grammar.h"
#include "common/plural.h"
#include "lib/kipc.h"

#define SIZES "64,1K,8K"
#define RING_SIZE (UINT64_C(4) << 20)
#define SIZE_MIN 8 /* room for its sender and its number */
#define BAR_WIDTH 50

struct bench {
	const struct invocation *invocation;
	struct bench_plan plan;
	struct json_object *array; /* --json */
};

/* -- results ---------------------------------------------------------------------------------------------- */

/* One line for each power of two of nanoseconds. */
static void print_histogram(const struct bench_result *result)
{
	uint64_t octaves[BENCH_CLASSES / 16] = { 0 }, most = 1;
	unsigned first = BENCH_CLASSES / 16, last = 0;

	for (unsigned i = 0; i < BENCH_CLASSES; i++)
		octaves[i / 16] += result->trips[i];
	for (unsigned i = 0; i < BENCH_CLASSES / 16; i++) {
		most = octaves[i] > most ? octaves[i] : most;
		first = octaves[i] > 0 && i < first ? i : first;
		last = octaves[i] > 0 ? i : last;
	}
	for (unsigned i = first; i <= last; i++) {
		unsigned width = (unsigned)(octaves[i] * BAR_WIDTH / most);

		printf("%12.2f µs  ", (double)bench_class_start(i * 16) / 1000);
		for (unsigned n = 0; n < width; n++)
			fputs("█", stdout);
		printf("%s %llu\n", octaves[i] > 0 && width == 0 ? "▏" : "", (unsigned long long)octaves[i]);
	}
}

static void print_title(const struct bench *bench)
{
	const struct bench_plan *plan = &bench->plan;
	char size[GRAMMAR_SIZE_MAX];

	printf("%s of %s, %u %s, %u %s", plan->is_ring ? "ring" : "queue",
	       plan->capacity == 0 ? "kernel.msgmnb" : grammar_size_to_string(plan->capacity, size),
	       plan->producers, plural(plan->producers, "sender", "senders"), plan->consumers,
	       plural(plan->consumers, "receiver", "receivers"));
	if (plan->batch > 1)
		printf(", %u messages a call", plan->batch);
	printf(", %ld CPUs\n", sysconf(_SC_NPROCESSORS_ONLN));
	printf("%8s %14s %14s   %12s %12s %12s\n", "SIZE", "MESSAGES/s", "BYTES/s", "TRIP p50 µs", "p99 µs",
	       "p99.9 µs");
	(void)fflush(stdout);
}

static void print_result(const struct bench *bench, const struct bench_result *result)
{
	const struct bench_plan *plan = &bench->plan;
	char size[GRAMMAR_SIZE_MAX], bytes[GRAMMAR_SIZE_MAX];

	printf("%8s %14.0f %14s   %12.2f %12.2f %12.2f", grammar_size_to_string(plan->size, size),
	       result->messages,
	       grammar_size_to_string((uint64_t)(result->messages * (double)plan->size) >> 20 << 20, bytes),
	       (double)bench_percentile(result, 0.5) / 1000, (double)bench_percentile(result, 0.99) / 1000,
	       (double)bench_percentile(result, 0.999) / 1000);
	if (plan->producers > 1)
		printf("   least/most sender %.2f", result->senders_share);
	if (plan->consumers > 1)
		printf("   least/most receiver %.2f", result->receivers_share);
	putchar('\n');
	if (isatty(STDOUT_FILENO))
		print_histogram(result);
	(void)fflush(stdout);
}

static bool add(struct json_object *object, const char *key, struct json_object *value)
{
	return value != NULL && json_object_object_add(object, key, value) == 0;
}

static int append_result(struct bench *bench, const struct bench_result *result)
{
	const struct bench_plan *plan = &bench->plan;
	struct json_object *object = json_object_new_object();

	if (object != NULL && add(object, "kind", json_object_new_string(plan->is_ring ? "ring" : "queue")) &&
	    add(object, "capacity", json_object_new_int64((int64_t)plan->capacity)) &&
	    add(object, "size", json_object_new_int64((int64_t)plan->size)) &&
	    add(object, "producers", json_object_new_int64(plan->producers)) &&
	    add(object, "consumers", json_object_new_int64(plan->consumers)) &&
	    add(object, "batch", json_object_new_int64(plan->batch)) &&
	    add(object, "messages_per_second", json_object_new_int64((int64_t)result->messages)) &&
	    add(object, "bytes_per_second",
		json_object_new_int64((int64_t)(result->messages * (double)plan->size))) &&
	    add(object, "least_sender_share", json_object_new_double(result->senders_share)) &&
	    add(object, "least_receiver_share", json_object_new_double(result->receivers_share)) &&
	    add(object, "round_trips", json_object_new_int64((int64_t)result->n_trips)) &&
	    add(object, "round_trip_p50_ns", json_object_new_int64((int64_t)bench_percentile(result, 0.5))) &&
	    add(object, "round_trip_p99_ns",
		json_object_new_int64((int64_t)bench_percentile(result, 0.99))) &&
	    add(object, "round_trip_p999_ns",
		json_object_new_int64((int64_t)bench_percentile(result, 0.999))) &&
	    json_object_array_add(bench->array, object) == 0)
		return 0;
	json_object_put(object);
	return -ENOMEM;
}

/* -- measured ------------------------------------------------------------------------------------------------ */

static enum status say_failed(const struct bench *bench, int error)
{
	const struct invocation *invocation = bench->invocation;
	const char *kind = bench->plan.is_ring ? "ring" : "queue";
	char size[GRAMMAR_SIZE_MAX];

	switch (error) {
	case -EINTR:
		return STATUS_FAILED; /* the control half dies of the signal */
	case -EMSGSIZE:
		return report(invocation, NULL, STATUS_FAILED,
			      "a message of %s does not fit into this %s; choose other sizes with --sizes",
			      grammar_bytes_to_string(bench->plan.size, size), kind);
	case -EIO:
		return report(invocation, NULL, STATUS_FAILED, "a process of the benchmark failed");
	default:
		return errors_report(invocation, kind, error);
	}
}

static enum status run_one(struct bench *bench)
{
	static struct bench_result result;
	int r;

	r = bench_run(&bench->plan, &result);
	if (r < 0)
		return say_failed(bench, r);
	if (bench->array == NULL)
		print_result(bench, &result);
	else if (append_result(bench, &result) < 0)
		return errors_end(bench->invocation, NULL, -ENOMEM);
	return STATUS_DONE;
}

/* "64,1K": each of them. */
static enum status run_sizes(struct bench *bench)
{
	const struct options *options = bench->invocation->options;
	char *sizes = strdup(options->sizes != NULL ? options->sizes : SIZES), *rest = sizes, *word;
	enum status status = sizes == NULL ? errors_end(bench->invocation, NULL, -ENOMEM) : STATUS_DONE;

	if (sizes != NULL && bench->array == NULL)
		print_title(bench);
	while (status == STATUS_DONE && (word = strsep(&rest, ",")) != NULL) {
		uint64_t size;

		if (grammar_size_from_string(word, &size) < 0 || size < SIZE_MIN || size > UINT32_MAX)
			status = report(bench->invocation, NULL, STATUS_USAGE,
					"--sizes: '%s' is not a size of %d bytes or more, like 64 or 1K",
					word, SIZE_MIN);
		else {
			bench->plan.size = size;
			status = run_one(bench);
		}
	}
	free(sizes);
	return status;
}

/* -- the channels ------------------------------------------------------------------------------------------- */

/* Channels with the geometry of ADDR. */
static enum status imitate(struct bench *bench, const char *address)
{
	const struct invocation *invocation = bench->invocation;
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;
	struct kipc_ring ring = { 0 };
	struct kipc_object object;
	enum channel_class class;
	int r;

	r = channel_open(invocation, address, CHANNEL_STREAM | CHANNEL_RAW, &channel, &class);
	if (r == 0)
		r = kipc_stat(channel, &object);
	if (r == 0 && class == CHANNEL_RING)
		r = kipc_ring_stat(channel, &ring);
	if (r < 0)
		return errors_report(invocation, address, r);
	if (class == CHANNEL_RAW)
		return report(invocation, address, STATUS_USAGE,
			      "a raw segment takes no messages; give a queue or a ring");
	bench->plan.is_ring = class == CHANNEL_RING;
	bench->plan.capacity = class == CHANNEL_RING ? object.segment.size : object.queue.capacity;
	bench->plan.max_message = ring.max_message;
	return run_sizes(bench);
}

static enum status run_both(struct bench *bench)
{
	enum status status;

	status = run_sizes(bench);
	if (status != STATUS_DONE)
		return status;
	if (bench->array == NULL)
		putchar('\n');
	bench->plan.is_ring = true;
	bench->plan.capacity = RING_SIZE;
	return run_sizes(bench);
}

enum status command_bench(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct bench bench = {
		.invocation = invocation,
		.plan = { .producers = (unsigned)options->producers,
			  .consumers = (unsigned)options->consumers,
			  .batch = (unsigned)options->batch,
			  .duration = options->duration },
	};
	enum status status;

	if (options->producers - 1 >= 64 || options->consumers - 1 >= 64 || options->batch - 1 >= 64)
		return report(invocation, NULL, STATUS_USAGE,
			      "--producers, --consumers and --batch must be 1 to 64");
	if (options->duration < 1000)
		return report(invocation, NULL, STATUS_USAGE, "--time must be at least 1ms");
	if (options->json) {
		bench.array = json_object_new_array();
		if (bench.array == NULL)
			return errors_end(invocation, NULL, -ENOMEM);
	}
	signals_catch();
	status = invocation->n_args > 0 ? imitate(&bench, invocation->args[0]) : run_both(&bench);
	if (bench.array != NULL && status == STATUS_DONE && table_print_json(bench.array) < 0)
		status = errors_end(invocation, NULL, -ENOMEM);
	json_object_put(bench.array);
	return status;
}
