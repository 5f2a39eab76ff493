/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Looks at objects and processes. A look changes nothing: it attaches no segment, so an idle object stays idle. */

#include "client/doctor/sweep-facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/grammar.h"
#include "common/plural.h"

#define TRACES_SHOWN 4

/*
 * Brings the list of blocked threads up to date. A look is used for no longer than it took: a thread may begin to wait right after
 * it, and looking takes at most half of the time. -ENOMEM; errors of opening /proc.
 */
static int look_at_processes(struct sweep_source *source)
{
	uint64_t begin = clock_usec(CLOCK_MONOTONIC);
	int r;

	if (source->looked != 0 && begin - source->looked < source->look_cost)
		return 0;
	processes_done(&source->processes);
	r = processes_read(&source->processes);
	if (r < 0)
		return r;
	source->looked = clock_usec(CLOCK_MONOTONIC);
	source->look_cost = source->looked - begin;
	return 0;
}

/*
 * Why a process may be blocked on the queue without being visible; NULL: none can be. Of the processes that we may not examine,
 * those of the queue's owner and creator count; process 1 waits only for its children.
 */
static const char *find_blindness(const struct sweep_source *source, const struct kipc_object *queue)
{
	const struct processes *processes = &source->processes;

	if (!source->alive.sees_all)
		return "processes in other PID namespaces cannot be seen from here; run sweep outside, with "
		       "--ipc-of=PID";
	if (processes->has_hidden && (queue->uid != geteuid() || queue->cuid != geteuid()))
		return "/proc hides other users' processes here (hidepid=)";
	for (size_t i = 0; i < processes->n_unseen; i++)
		if (processes->unseen[i].pid != 1 &&
		    (processes->unseen[i].uid == queue->uid || processes->unseen[i].uid == queue->cuid))
			return "you may not examine the processes of its owner or creator; root "
			       "(CAP_SYS_PTRACE) may";
	return NULL;
}

static int add_trace(const struct sweep_source *source, struct sweep_facts *facts, enum sweep_deed deed,
		     pid_t pid, int64_t when)
{
	struct sweep_trace *traces;

	for (size_t i = 0; facts->object.kind == KIPC_SEMAPHORE && i < facts->n_traces; i++)
		if (facts->traces[i].pid == pid)
			return 0;
	traces = reallocarray(facts->traces, facts->n_traces + 1, sizeof *traces);
	if (traces == NULL)
		return -ENOMEM;
	facts->traces = traces;
	traces[facts->n_traces++] = (struct sweep_trace){
		.deed = deed,
		.pid = pid,
		.when = when,
		.alive = alive_look(&source->alive, pid, when),
	};
	return 0;
}

static int collect_of_queue(struct sweep_source *source, struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	const struct blocked *blocked;
	int r;

	r = look_at_processes(source);
	if (r == 0)
		r = add_trace(source, facts, SWEEP_SENT, object->queue.lspid, object->queue.stime);
	if (r == 0)
		r = add_trace(source, facts, SWEEP_RECEIVED, object->queue.lrpid, object->queue.rtime);
	if (r < 0)
		return r;
	blocked = processes_blocked(&source->processes, KIPC_QUEUE, object->id, &facts->n_blocked);
	facts->blocked_pid = facts->n_blocked > 0 ? blocked[0].pid : 0;
	facts->blind = find_blindness(source, object);
	return 0;
}

static int collect_of_segment(struct sweep_source *source, struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	int64_t used =
		object->segment.atime > object->segment.dtime ? object->segment.atime : object->segment.dtime;
	int r;

	r = add_trace(source, facts, SWEEP_CREATED, object->segment.cpid, object->ctime);
	return r < 0 ? r : add_trace(source, facts, SWEEP_ATTACHED, object->segment.lpid, used);
}

/* SETVAL records its process as an operation does, but its time as that of the last change. */
static int collect_of_set(struct sweep_source *source, struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	struct kipc_semaphore *semaphores;
	size_t n = 0;
	int r = 0;

	facts->semaphores_error = kipc_object_semaphores(object->id, &semaphores, &n);
	if (facts->semaphores_error < 0)
		return facts->semaphores_error == -ENOMEM ? -ENOMEM : 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		facts->n_waiting += (size_t)(semaphores[i].waiting + semaphores[i].waiting_for_zero);
		r = add_trace(source, facts, SWEEP_OPERATED, semaphores[i].pid,
			      semaphores[i].pid != 0 ? sweep_last_use(object) : object->semaphore.otime);
	}
	free(semaphores);
	facts->is_untouched = kipc_object_is_empty(object, 0) > 0;
	return r;
}

int sweep_facts_collect(struct sweep_source *source, const struct kipc_object *seen,
			struct sweep_facts *facts)
{
	int r;

	*facts = (struct sweep_facts){ .now = time(NULL), .sees_all = source->alive.sees_all };
	r = kipc_object_stat(seen->kind, seen->id, &facts->object);
	if (r == 0 && (facts->object.key != seen->key || facts->object.cuid != seen->cuid))
		r = -EIDRM;
	if (r < 0)
		return r;
	switch (seen->kind) {
	case KIPC_QUEUE:
		return collect_of_queue(source, facts);
	case KIPC_SEGMENT:
		return collect_of_segment(source, facts);
	case KIPC_SEMAPHORE:
		return collect_of_set(source, facts);
	}
	return -EINVAL;
}

/* -- evidence ------------------------------------------------------------------------------------------------ */

static void put_traces(FILE *out, const struct sweep_facts *facts)
{
	for (size_t i = 0; i < facts->n_traces && i < TRACES_SHOWN; i++) {
		const struct sweep_trace *trace = &facts->traces[i];

		if (trace->alive == ALIVE_UNKNOWN && trace->when == 0 && facts->object.kind != KIPC_SEMAPHORE)
			fprintf(out, "; never %s", sweep_deed_words[trace->deed].never);
		else if (trace->alive == ALIVE_GONE || trace->alive == ALIVE_RECYCLED)
			fprintf(out, "; process %d, which %s, has ended%s", (int)trace->pid,
				sweep_deed_words[trace->deed].done,
				trace->alive == ALIVE_RECYCLED ? " (another process has its number now)"
							       : "");
	}
	if (facts->n_traces > TRACES_SHOWN)
		fprintf(out, "; and %zu more", facts->n_traces - TRACES_SHOWN);
}

char *sweep_facts_describe(const struct sweep_facts *facts, struct value_style *style)
{
	const struct kipc_object *object = &facts->object;
	char size[GRAMMAR_SIZE_MAX], when[VALUE_TEXT_MAX], *text = NULL;
	struct value value = { 0 };
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fprintf(out, "%screated by %s", object->key == 0 ? "private, " : "",
		accounts_user(&style->accounts, object->cuid));
	if (object->uid != object->cuid)
		fprintf(out, ", owned by %s", accounts_user(&style->accounts, object->uid));
	if (object->kind == KIPC_QUEUE)
		fprintf(out, ", %llu %s", (unsigned long long)object->queue.messages,
			plural(object->queue.messages, "message", "messages"));
	else if (object->kind == KIPC_SEGMENT)
		fprintf(out, ", %s", grammar_bytes_to_string(object->segment.size, size));
	else
		fprintf(out, ", %llu %s", (unsigned long long)object->semaphore.semaphores,
			plural(object->semaphore.semaphores, "semaphore", "semaphores"));
	value_set_number(&value, VALUE_TIME, (uint64_t)sweep_last_use(object));
	fprintf(out, ", last used %s", value_to_string(&value, style, when));
	put_traces(out, facts);
	return fclose(out) == 0 ? text : NULL;
}
