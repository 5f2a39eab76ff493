/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The pure part of sweep: decides from facts whether an object is a leftover. The invariant: an unknown fact counts as use, never
 * as disuse.
 */

#include "client/doctor/sweep-judge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/plural.h"

const struct sweep_deed_words sweep_deed_words[] = {
	[SWEEP_SENT] = { "sent last", "sent to" },
	[SWEEP_RECEIVED] = { "received last", "received from" },
	[SWEEP_CREATED] = { "created it", "attached" },
	[SWEEP_ATTACHED] = { "last had it attached", "attached" },
	[SWEEP_OPERATED] = { "operated on it last", "operated on" },
};

static int64_t later(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

int64_t sweep_last_use(const struct kipc_object *object)
{
	switch (object->kind) {
	case KIPC_QUEUE:
		return later(object->ctime, later(object->queue.stime, object->queue.rtime));
	case KIPC_SEGMENT:
		return later(object->ctime, later(object->segment.atime, object->segment.dtime));
	case KIPC_SEMAPHORE:
		return later(object->ctime, object->semaphore.otime);
	}
	return INT64_MAX;
}

static bool is_gone(const struct sweep_trace *trace)
{
	return trace->alive == ALIVE_GONE || trace->alive == ALIVE_RECYCLED;
}

bool sweep_creator_is_gone(const struct sweep_facts *facts)
{
	size_t n = facts->object.kind == KIPC_SEGMENT
			   ? 1
			   : facts->n_traces; /* a segment's first is its creator */

	if (facts->n_traces == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_gone(&facts->traces[i]))
			return false;
	return true;
}

/* A time in the future was noted before the clock was set back: it is unknown how long ago that was. */
static bool is_idle(const struct sweep_facts *facts, uint64_t usec)
{
	int64_t last = sweep_last_use(&facts->object);
	uint64_t seconds = usec / 1000000 + (usec % 1000000 != 0);

	return last <= facts->now && (uint64_t)(facts->now - last) >= seconds;
}

bool sweep_is_selected(const struct sweep_facts *facts, const struct sweep_rule *rule)
{
	const struct kipc_object *object = &facts->object;

	if (object->kind == KIPC_SEGMENT && object->segment.removed)
		return false; /* it goes with its last user */
	if (rule->is_private && object->key != 0)
		return false;
	if (rule->is_unattached && (object->kind != KIPC_SEGMENT || object->segment.attached > 0))
		return false;
	if (rule->has_idle && !is_idle(facts, rule->idle))
		return false;
	return !rule->is_creator_gone || sweep_creator_is_gone(facts);
}

static int say(char **ret_sentence, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int say(char **ret_sentence, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(ret_sentence, format, arguments);
	va_end(arguments);
	return n < 0 ? -ENOMEM : 0;
}

static int find_living(const struct sweep_facts *facts, char **ret_sentence)
{
	for (size_t i = 0; i < facts->n_traces; i++) {
		const struct sweep_trace *trace = &facts->traces[i];

		if (trace->alive == ALIVE_YES)
			return say(ret_sentence, "process %d, which %s, is still running", (int)trace->pid,
				   sweep_deed_words[trace->deed].done);
		/* If every process has a number here, 0 means that there never was one. */
		if (trace->alive == ALIVE_UNKNOWN && trace->when != 0 &&
		    !(facts->object.kind == KIPC_SEMAPHORE && facts->sees_all))
			return say(ret_sentence,
				   "the process that %s is in a PID namespace that cannot be seen from here",
				   sweep_deed_words[trace->deed].done);
	}
	return 0;
}

int sweep_find_use(const struct sweep_facts *facts, char **ret_sentence)
{
	const struct kipc_object *object = &facts->object;

	*ret_sentence = NULL;
	if (object->kind == KIPC_SEGMENT && object->segment.attached > 0)
		return say(ret_sentence, "it is attached %llu %s",
			   (unsigned long long)object->segment.attached,
			   plural(object->segment.attached, "time", "times"));
	if (object->kind == KIPC_SEMAPHORE && facts->semaphores_error < 0)
		return say(ret_sentence,
			   "threads may be waiting for it, but its mode does not let you see them");
	if (facts->n_waiting > 0)
		return say(ret_sentence, "%zu %s for it", facts->n_waiting,
			   plural(facts->n_waiting, "thread is waiting", "threads are waiting"));
	if (facts->n_blocked > 0)
		return say(ret_sentence, "process %d%s blocked on it", (int)facts->blocked_pid,
			   facts->n_blocked == 1 ? " is" : " and others are");
	if (find_living(facts, ret_sentence) < 0)
		return -ENOMEM;
	if (*ret_sentence == NULL && object->kind == KIPC_QUEUE && facts->blind != NULL)
		return say(ret_sentence, "threads may be waiting for it: %s", facts->blind);
	return 0;
}

bool sweep_has_contents(const struct sweep_facts *facts)
{
	switch (facts->object.kind) {
	case KIPC_QUEUE:
		return facts->object.queue.messages > 0;
	case KIPC_SEGMENT:
		return facts->object.segment.atime !=
		       0; /* an empty ring too: a look inside would change its times */
	case KIPC_SEMAPHORE:
		return !facts->is_untouched;
	}
	return true;
}
