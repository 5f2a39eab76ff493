/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Private queues and semaphore sets that were left behind. Without a key, only processes that got the id from the creator can find
 * them; so when all processes that used them have ended, they have most likely leaked. (For segments see segment-checks.c, for
 * queues with messages queue-checks.c.)
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"
#include "common/nsid.h"
#include "common/plural.h"

#define MANY 20 /* as many of one user are a finding before they are old */

static bool is_old(struct findings *findings, const struct kipc_object *object)
{
	return findings->now - sweep_last_use(object) >= CHECKS_IDLE;
}

/* Whether the process that did it, if one did, has ended. */
static bool has_ended(struct findings *findings, pid_t pid, int64_t when)
{
	return when == 0 || checks_fate(findings, pid, when) == CHECKS_ENDED;
}

static bool queue_is_left(struct findings *findings, const struct kipc_object *object)
{
	return object->queue.messages == 0 && has_ended(findings, object->queue.lspid, object->queue.stime) &&
	       has_ended(findings, object->queue.lrpid, object->queue.rtime);
}

static bool semaphore_is_left(struct findings *findings, const struct kipc_object *set,
			      const struct kipc_semaphore *semaphore)
{
	if (semaphore->waiting > 0 || semaphore->waiting_for_zero > 0)
		return false;
	return semaphore->pid == 0
		       ? set->semaphore.otime == 0
		       : checks_fate(findings, semaphore->pid, sweep_last_use(set)) == CHECKS_ENDED;
}

static bool set_is_left(struct findings *findings, const struct kipc_object *set)
{
	struct kipc_semaphore *semaphores;
	bool is_left = true;
	size_t n;

	if (kipc_object_semaphores(set->id, &semaphores, &n) < 0)
		return false;
	for (size_t i = 0; is_left && i < n; i++)
		is_left = semaphore_is_left(findings, set, &semaphores[i]);
	free(semaphores);
	return is_left;
}

/* No process left a trace, so the creator may still run. */
static bool is_unused(const struct kipc_object *object)
{
	return object->kind == KIPC_QUEUE ? object->queue.stime == 0 && object->queue.rtime == 0
					  : object->semaphore.otime == 0;
}

static void examine_leak(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	size_t n_blocked;

	if (row->name != NULL || object == NULL || object->key != 0 ||
	    nsid_is_like_marker(object, object->cuid))
		return;
	(void)processes_blocked(findings->processes, row->kind, row->id, &n_blocked);
	if (n_blocked > 0 || (is_unused(object) && !is_old(findings, object)) ||
	    !(object->kind == KIPC_QUEUE ? queue_is_left(findings, object) : set_is_left(findings, object)))
		return;
	findings_suspect(findings, check, (uint64_t)object->kind << 32 | object->uid, row);
}

/* No running process can know them, and none used them for a day; 'sweep' checks each of them again. */
static bool are_removable(struct findings *findings, const struct view_row *const *rows, size_t n_rows)
{
	char who[CHECKS_WHO_MAX];

	for (size_t i = 0; i < n_rows; i++)
		if (!is_old(findings, rows[i]->object) ||
		    checks_may_be_known(findings, rows[i]->object, who) ||
		    checks_may_be_declared(findings, rows[i]->object))
			return false;
	return true;
}

/* A queue without messages has no contents, and no process can use the values of the set any more. */
static char *command_to_sweep(struct findings *findings, const struct view_row *const *rows, size_t n_rows)
{
	bool may_remove = are_removable(findings, rows, n_rows);

	return findings_text("kipcctl sweep%s --kind=%s --owner=%u --private%s%s",
			     may_remove ? "" : " --dry-run", kipc_kind_to_string(rows[0]->kind),
			     (unsigned)rows[0]->object->uid, may_remove ? " --idle=" CHECKS_IDLE_TEXT : "",
			     may_remove && rows[0]->kind == KIPC_SEMAPHORE ? " --with-contents" : "");
}

static void conclude_leak(struct findings *findings, const struct check *check,
			  const struct view_row *const *rows, size_t n_rows)
{
	const struct kipc_object *object = rows[0]->object;
	const char *what = object->kind == KIPC_QUEUE ? plural(n_rows, "empty queue", "empty queues")
						      : plural(n_rows, "semaphore set", "semaphore sets");
	char when[VALUE_TEXT_MAX], who[CHECKS_WHO_MAX], *which;
	size_t n_old = 0;
	int64_t last = 0;
	bool is_known;

	for (size_t i = 0; i < n_rows; i++) {
		int64_t use = sweep_last_use(rows[i]->object);

		n_old += is_old(findings, rows[i]->object);
		last = use > last ? use : last;
	}
	if (n_rows < MANY && n_old == 0)
		return;
	is_known = checks_may_be_known(findings, object, who);
	which = checks_rows(rows, n_rows);
	findings_add(
		findings, SEVERITY_WARNING, check, rows[0],
		findings_text(
			"%zu %s of user %s without a key (%s), left by processes that have ended; last use: "
			"%s%s%s",
			n_rows, what, accounts_user(findings->accounts, object->uid),
			which != NULL ? which : "?", checks_time(last, when),
			is_known ? "; they may still be needed: " : "", is_known ? who : ""),
		command_to_sweep(findings, rows, n_rows));
	free(which);
}

const struct check leak_checks[] = {
	{ "leaked", KIPC_QUEUE | KIPC_SEMAPHORE, .examine_row = examine_leak, .conclude = conclude_leak },
	{ NULL },
};
