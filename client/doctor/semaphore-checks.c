/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about semaphore sets. The kernel knows no holders: a semaphore at 0 is a lock that is held, or a counter of jobs with
 * nothing to do, and its last user may have ended because it was done. Only the declaration tells the two apart, and nothing tells
 * an abandoned lock from one that a script holds across commands, or that a daemon took before it forked: no command here releases
 * one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"
#include "client/facts/declared-values.h"
#include "common/plural.h"

/* The purpose of a semaphore, by its declared values. */
enum use {
	USE_UNKNOWN,
	USE_LOCK,    /* all of the set start at 1 */
	USE_COUNTER, /* it starts at 0 */
};

static enum use find_use(struct findings *findings, const struct view_row *row, size_t i)
{
	enum use use = USE_UNKNOWN;
	uint16_t *values = NULL;
	size_t n = 0;

	if (row->name == NULL || !checks_can_manage(findings) ||
	    declared_values_read(findings->view->bus, row->name, &values, &n) < 0)
		return USE_UNKNOWN;
	if (i < n && values[i] == 0)
		use = USE_COUNTER;
	else if (i < n)
		use = USE_LOCK;
	for (size_t other = 0; use == USE_LOCK && other < n; other++)
		if (values[other] != 1)
			use = USE_UNKNOWN;
	free(values);
	return use;
}

/* ", and 2 threads wait for it: 1234 billing", or ""; freed by the caller. */
static char *describe_waiters(struct findings *findings, const struct view_row *row,
			      const struct kipc_semaphore *semaphore)
{
	size_t n_waiting;
	char *waiting, *text;

	if (semaphore->waiting == 0)
		return strdup("");
	waiting = checks_blocked(findings, row, BLOCKED_OPERATE, &n_waiting);
	text = findings_text(", and %d %s for it%s%s", semaphore->waiting,
			     plural((uint64_t)semaphore->waiting, "thread is waiting", "threads are waiting"),
			     waiting != NULL && n_waiting > 0 ? ": " : "",
			     waiting != NULL && n_waiting > 0 ? waiting : "");
	free(waiting);
	return text;
}

/* A semaphore of a set, at 0. */
struct zero {
	const struct view_row *row;
	size_t index;
	const struct kipc_semaphore *semaphore;
	enum use use;
};

static void add_zero(struct findings *findings, const struct check *check, const struct zero *zero,
		     const char *who)
{
	bool is_wanted = zero->semaphore->waiting > 0, is_lock = zero->use == USE_LOCK;
	char *waiters = describe_waiters(findings, zero->row, zero->semaphore);
	char buffer[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX], advice[192] = "";
	const char *address = view_row_to_address(zero->row, buffer);

	if (is_lock)
		snprintf(advice, sizeof advice,
			 "if it held the lock, 'kipcctl up --max=1 %s[%zu]' releases it", address,
			 zero->index);
	findings_add(
		findings,
		!is_wanted ? SEVERITY_NOTICE
		: is_lock  ? SEVERITY_DANGER
			   : SEVERITY_NOTICE,
		check, zero->row,
		findings_text(
			"semaphore[%zu] is 0%s; %s (%s); %s", zero->index, waiters != NULL ? waiters : "",
			who, checks_time(zero->row->object->semaphore.otime, when),
			is_lock ? advice
				: "if it is a lock, it may be abandoned; if it is a counter, this is normal"),
		/* The last user may have held it for a child, or only tested whether it was free. */
		findings_text("kipcctl show %s", address));
	free(waiters);
}

static void examine_zero(struct findings *findings, const struct check *check, const struct view_row *row,
			 size_t index, const struct kipc_semaphore *semaphore)
{
	struct zero zero = { .row = row, .index = index, .semaphore = semaphore };
	enum checks_fate fate = checks_fate(findings, semaphore->pid, sweep_last_use(row->object));
	const char *who = "its last user is a process that cannot be seen from this PID namespace";
	char ended[80];

	if (fate == CHECKS_RUNS)
		return;
	zero.use = find_use(findings, row, index);
	if (zero.use == USE_COUNTER || (zero.use == USE_UNKNOWN && semaphore->waiting == 0))
		return;
	if (fate == CHECKS_ENDED) {
		snprintf(ended, sizeof ended, "process %d, which operated on it last, has ended",
			 (int)semaphore->pid);
		who = ended;
	}
	add_zero(findings, check, &zero, who);
}

static void examine_holder(struct findings *findings, const struct check *check, const struct view_row *row)
{
	struct kipc_semaphore *semaphores;
	size_t n;

	/* Without an operation the set is as it was created. */
	if (row->object == NULL || row->object->semaphore.otime == 0 ||
	    findings->now - row->object->semaphore.otime < CHECKS_PAUSE ||
	    kipc_object_semaphores(row->id, &semaphores, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (semaphores[i].value == 0)
			examine_zero(findings, check, row, i, &semaphores[i]);
	free(semaphores);
}

const struct check semaphore_checks[] = {
	{ "dead-holder", KIPC_SEMAPHORE, .examine_row = examine_holder },
	{ NULL },
};
