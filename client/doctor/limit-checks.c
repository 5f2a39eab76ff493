/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Kernel limits that are nearly used up, and the users and processes that use most of them, which are looked for only if a limit is
 * near.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/doctor/checks.h"
#include "client/facts/kernel-limits.h"
#include "common/plural.h"

#define NEAR_PERCENT 80
#define FULL_PERCENT 95
#define CULPRITS_MAX 3 /* users, and processes, that are named */

/* -- raising --------------------------------------------------------------------------------------------------------- */

/* Twice the limit or, if that is more, twice the use; never 0. */
static uint64_t more_than(uint64_t limit, uint64_t used, uint64_t most)
{
	uint64_t base = limit > used ? limit : used;

	return base > most / 2 ? most : base == 0 ? 32 : base * 2;
}

/* NULL: the kernel allows no more. */
static char *command_to_raise(const struct kipc_limits *figures, const struct kernel_limit *limit)
{
	uint64_t now = kernel_limit_figure(figures, limit->limit);
	unsigned long long more = more_than(now, kernel_limit_figure(figures, limit->used), limit->most);
	unsigned long long semmns = figures->semmns, semmni = figures->semmni;

	if (now >= limit->most)
		return NULL;
	if (limit->kind != KIPC_SEMAPHORE)
		return findings_text("sysctl -w kernel.%s=%llu", limit->name, more);
	if (limit->limit == offsetof(struct kipc_limits, semmns))
		semmns = more;
	else
		semmni = more;
	return findings_text("sysctl -w kernel.sem='%llu %llu %llu %llu'",
			     (unsigned long long)figures->semmsl, semmns, (unsigned long long)figures->semopm,
			     semmni);
}

/* -- culprits -------------------------------------------------------------------------------------------------------- */

struct culprit {
	uint64_t number; /* a uid, or a pid */
	uint64_t amount;
};

static int compare_numbers(const void *a, const void *b)
{
	const struct culprit *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

static int compare_amounts(const void *a, const void *b)
{
	const struct culprit *one = a, *other = b;

	return one->amount > other->amount ? -1 : one->amount < other->amount ? 1 : compare_numbers(a, b);
}

/* Adds up those with the same number; the largest first. Returns how many are left. */
static size_t sum_up(struct culprit *culprits, size_t n)
{
	size_t n_left = 0;

	if (n == 0)
		return 0;
	qsort(culprits, n, sizeof *culprits, compare_numbers);
	for (size_t i = 0; i < n; i++)
		if (n_left > 0 && culprits[n_left - 1].number == culprits[i].number)
			culprits[n_left - 1].amount += culprits[i].amount;
		else
			culprits[n_left++] = culprits[i];
	qsort(culprits, n_left, sizeof *culprits, compare_amounts);
	return n_left;
}

/* The process that the kernel has noted with an object: the creator of a segment, the last user of others; 0: none. */
static pid_t find_process(const struct kipc_object *object)
{
	struct kipc_semaphore *semaphores;
	pid_t pid = 0;
	size_t n;

	if (object->kind == KIPC_SEGMENT)
		return object->segment.cpid;
	if (object->kind == KIPC_QUEUE)
		return object->queue.lspid != 0 ? object->queue.lspid : object->queue.lrpid;
	if (kipc_object_semaphores(object->id, &semaphores, &n) < 0)
		return 0;
	for (size_t i = 0; i < n && pid == 0; i++)
		pid = semaphores[i].pid;
	free(semaphores);
	return pid;
}

static void print_users(FILE *out, struct accounts *accounts, const struct culprit *users, size_t n)
{
	for (size_t i = 0; i < n && i < CULPRITS_MAX; i++)
		fprintf(out, "%s%llu of %s", i == 0 ? ": " : ", ", (unsigned long long)users[i].amount,
			accounts_user(accounts, (uid_t)users[i].number));
	if (n > CULPRITS_MAX)
		fprintf(out, " and %zu more %s", n - CULPRITS_MAX, plural(n - CULPRITS_MAX, "user", "users"));
}

static void print_processes(FILE *out, enum kipc_kind kind, const struct culprit *processes, size_t n)
{
	for (size_t i = 0; i < n && i < CULPRITS_MAX; i++) {
		fprintf(out, "%s%llu by ",
			i > 0		       ? ", "
			: kind == KIPC_SEGMENT ? "; created: "
					       : "; last used: ",
			(unsigned long long)processes[i].amount);
		if (processes[i].number == 0)
			fputs("processes that cannot be seen", out);
		else
			process_print_pid(out, (pid_t)processes[i].number);
	}
	if (n > CULPRITS_MAX)
		fprintf(out, " and %zu more %s", n - CULPRITS_MAX,
			plural(n - CULPRITS_MAX, "process", "processes"));
}

/* ": 300 of alice, 2 of root; created: 300 by 1234 billing, 2 by 99 (gone)"; freed by the caller. */
static char *describe_culprits(const struct findings *findings, const struct kernel_limit *limit)
{
	const struct view *view = findings->view;
	struct culprit *users = calloc(view->n_rows + 1, 2 * sizeof *users);
	struct culprit *processes = users + view->n_rows + 1;
	size_t n = 0, size;
	char *text = NULL;
	FILE *out = users != NULL ? open_memstream(&text, &size) : NULL;

	if (out == NULL) {
		free(users);
		return NULL;
	}
	for (size_t i = 0; i < view->n_rows; i++) {
		const struct kipc_object *object = view->rows[i].object;

		if (object == NULL || object->kind != limit->kind)
			continue;
		users[n] = (struct culprit){ object->uid, limit->count(object) };
		processes[n] = (struct culprit){ (uint64_t)find_process(object), users[n].amount };
		n++;
	}
	print_users(out, findings->accounts, users, sum_up(users, n));
	print_processes(out, limit->kind, processes, sum_up(processes, n));
	free(users);
	return fclose(out) == 0 ? text : NULL;
}

static void examine_limits(struct findings *findings, const struct check *check)
{
	for (const struct kernel_limit *row = kernel_limits; row < kernel_limits + n_kernel_limits; row++) {
		uint64_t used = kernel_limit_figure(findings->limits, row->used);
		uint64_t limit = kernel_limit_figure(findings->limits, row->limit);
		uint64_t percent = kernel_limit_percent(used, limit);
		char *culprits;

		if (!kernel_limit_is_used_up(row) || percent < NEAR_PERCENT)
			continue;
		culprits = describe_culprits(findings, row);
		findings_add(
			findings, percent >= FULL_PERCENT ? SEVERITY_DANGER : SEVERITY_WARNING, check, NULL,
			findings_text("%s: %llu of %llu %s are in use%s", row->name, (unsigned long long)used,
				      (unsigned long long)limit, row->of, culprits != NULL ? culprits : ""),
			command_to_raise(findings->limits, row));
		free(culprits);
	}
}

const struct check limit_checks[] = {
	{ "limit", 0, .examine_machine = examine_limits },
	{ NULL },
};
