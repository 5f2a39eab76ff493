/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about the owner and mode of an object. The kernel remembers only the last users of an object, so it is unknown which
 * programs a narrower mode would shut out: no command here narrows one.
 */

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"

/* One finding for each channel, which is declared like that; one for all foreign objects of the same `group`. */
static uint64_t culprit_of(const struct findings *findings, const struct view_row *row, uint64_t group)
{
	return row->name != NULL ? (uint64_t)1 << 63 | (uint64_t)(row - findings->view->rows) : group;
}

/* -- every user ------------------------------------------------------------------------------------------------------ */

static void examine_world_writable(struct findings *findings, const struct check *check,
				   const struct view_row *row)
{
	const struct kipc_object *object = row->object;

	/* No program can find an object that was removed. */
	if (object == NULL || (object->mode & 02) == 0 ||
	    (object->kind == KIPC_SEGMENT && object->segment.removed))
		return;
	findings_suspect(findings, check,
			 culprit_of(findings, row, (uint64_t)object->kind << 32 | object->uid), row);
}

/* "; last used by 1234 php", or ""; freed by the caller. */
static char *describe_users(struct findings *findings, const struct kipc_object *object)
{
	pid_t pids[2] = { 0 };
	char *text = NULL;
	size_t size, n = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	if (object->kind == KIPC_QUEUE) {
		pids[0] = object->queue.lspid;
		pids[1] = object->queue.lrpid;
	} else if (object->kind == KIPC_SEGMENT) {
		pids[0] = object->segment.lpid;
	}
	for (size_t i = 0; i < 2; i++) {
		if (pids[i] <= 0 || (i > 0 && pids[i] == pids[0]) ||
		    checks_fate(findings, pids[i], sweep_last_use(object)) != CHECKS_RUNS)
			continue;
		fputs(n++ == 0 ? "; last used by " : ", ", out);
		process_print_pid(out, pids[i]);
	}
	return fclose(out) == 0 ? text : NULL;
}

static void conclude_world_writable(struct findings *findings, const struct check *check,
				    const struct view_row *const *rows, size_t n_rows)
{
	const struct kipc_object *object = rows[0]->object;
	char address[VIEW_ADDRESS_MAX], *others = describe_users(findings, object);
	char *which = checks_rows(rows, n_rows);

	findings_add(
		findings, SEVERITY_WARNING, check, rows[0],
		findings_text(
			"mode %04o lets every user %s%s%s%s; a narrower mode may shut out programs that use "
			"it%s",
			(unsigned)object->mode,
			object->kind == KIPC_QUEUE     ? "send to it"
			: object->kind == KIPC_SEGMENT ? "write to it"
						       : "operate on it",
			n_rows > 1 ? " (one of several such objects of its owner: " : "",
			n_rows > 1 && which != NULL ? which : "", n_rows > 1 ? ")" : "",
			others != NULL ? others : ""),
		findings_text("kipcctl show %s", view_row_to_address(rows[0], address)));
	free(others);
	free(which);
}

/* -- an unknown user ------------------------------------------------------------------------------------------------- */

/* Whether no user has that number. An error (a directory server that is down) proves nothing. */
static bool is_unknown(uid_t uid)
{
	errno = 0;
	return getpwuid(uid) == NULL && (errno == 0 || errno == ENOENT);
}

static void examine_owner_gone(struct findings *findings, const struct check *check,
			       const struct view_row *row)
{
	const struct invocation *invocation = findings->invocation;
	const struct kipc_object *object = row->object;
	const char *owner;

	/* The users of another container are in its accounts, not in ours. */
	if (object == NULL || (invocation != NULL && invocation->options->ipc_of != 0))
		return;
	/* A number stands for an owner without a name. Users of containers and services have no names, either. */
	owner = accounts_user(findings->accounts, object->uid);
	if (owner[0] < '0' || owner[0] > '9' || checks_may_live(findings, object->uid) ||
	    !is_unknown(object->uid))
		return;
	findings_suspect(findings, check, culprit_of(findings, row, object->uid), row);
}

/*
 * Hands an object to kipcd as it is. Its creator keeps its rights, so a program that comes back (a container that runs once an hour)
 * loses none. An owner that is not the creator would lose them; then the object is only shown.
 */
static char *command_to_adopt(struct findings *findings, const struct view_row *row)
{
	char buffer[VIEW_ADDRESS_MAX], name[VIEW_ADDRESS_MAX];
	const char *address = view_row_to_address(row, buffer);
	const char *kind = kipc_kind_to_string(row->kind);

	if (row->object->key == 0 || row->object->uid != row->object->cuid || !checks_can_manage(findings) ||
	    checks_may_be_declared(findings, row->object))
		return findings_text("kipcctl show %s", address);
	/* The name that generate gives it. */
	if (row->name != NULL)
		snprintf(name, sizeof name, "%s", row->name);
	else
		snprintf(name, sizeof name, "%s-%x", kind, (unsigned)row->object->key);
	return findings_text("kipcctl adopt --force %s %s", address, name);
}

static void conclude_owner_gone(struct findings *findings, const struct check *check,
				const struct view_row *const *rows, size_t n_rows)
{
	char *which = checks_rows(rows, n_rows);

	findings_add(findings, SEVERITY_WARNING, check, rows[0],
		     findings_text("%s to uid %u, which is not a known user and has no processes; a new user "
				   "with that number would own %s%s%s",
				   n_rows == 1 ? "it belongs" : "these belong",
				   (unsigned)rows[0]->object->uid, n_rows == 1 ? "it" : "them",
				   n_rows > 1 ? ": " : "", n_rows > 1 && which != NULL ? which : ""),
		     command_to_adopt(findings, rows[0]));
	free(which);
}

#define ALL (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

const struct check access_checks[] = {
	{ "world-writable", ALL, .examine_row = examine_world_writable, .conclude = conclude_world_writable },
	{ "owner-gone", ALL, .examine_row = examine_owner_gone, .conclude = conclude_owner_gone },
	{ NULL },
};
