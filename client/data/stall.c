/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The sentence about a full channel. A timer interrupts calls that wait; those that do not wait are not interrupted. */

#include "client/data/stall.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/base/process.h"
#include "client/base/signals.h"
#include "common/escape.h"
#include "common/grammar.h"
#include "common/plural.h"

#define TICK_USEC 400000

void stall_start(struct stall *stall, const struct invocation *invocation, const char *address,
		 struct kipc_channel *channel)
{
	*stall = (struct stall){
		.invocation = invocation,
		.address = address,
		.channel = channel,
		.is_done = invocation->options->quiet || !isatty(STDERR_FILENO),
		.n_sent = UINT64_MAX,
	};
	if (!stall->is_done)
		signals_tick(TICK_USEC);
}

/* "1234 perl (billing.service) received last"; freed by the caller. */
static char *describe_reader(const struct kipc_object *queue)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	if (queue->queue.rtime == 0) {
		fputs("no process has received from it yet", out);
	} else if (queue->queue.lrpid == 0) {
		fputs("a process in another PID namespace received last", out);
	} else {
		fputs("process ", out);
		process_print_pid(out, queue->queue.lrpid);
		fputs(" received last", out);
	}
	return fclose(out) == 0 ? text : NULL;
}

static void print(const struct stall *stall)
{
	const char *verb = stall->invocation->command->name;
	char size[GRAMMAR_SIZE_MAX], *reader;
	struct kipc_object object;

	if (kipc_stat(stall->channel, &object) < 0)
		return;
	if (object.kind != KIPC_QUEUE) {
		escape_print_line("kipcctl: %s %s: waiting: the ring is full; 'kipcctl show %s' shows the "
				  "processes that use it",
				  verb, stall->address, stall->address);
		return;
	}
	reader = describe_reader(&object);
	escape_print_line("kipcctl: %s %s: waiting: the queue is full (%llu %s, %s); %s", verb,
			  stall->address, (unsigned long long)object.queue.messages,
			  plural(object.queue.messages, "message", "messages"),
			  grammar_bytes_to_string(object.queue.bytes, size), reader != NULL ? reader : "");
	free(reader);
}

void stall_tick(struct stall *stall, uint64_t n_sent)
{
	if (stall->is_done)
		return;
	if (stall->n_sent == n_sent) {
		print(stall);
		stall->is_done = true;
	}
	stall->n_sent = n_sent;
}
