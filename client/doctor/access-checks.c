/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What can be wrong with the rights to an object. The kernel remembers only its last users, so nobody can tell which programs a
 * narrower mode would shut out: that is never advised.
 */

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"

static bool is_ours(const struct view_row *row)
{
	return row->name != NULL;
}

/* -- everybody ------------------------------------------------------------------------------------------------------- */

static void examine_world_writable(struct findings *findings, const struct check *check,
				   const struct view_row *row)
{
	const struct kipc_object *object = row->object;

	/* Nobody can find an object that was removed. */
	if (object == NULL || (object->mode & 02) == 0 ||
	    (object->kind == KIPC_SEGMENT && object->segment.removed))
		return;
	/* Each channel is a finding of its own, since it is declared so; foreign objects of one owner are one finding. */
	findings_suspect(findings, check,
			 is_ours(row) ? (uint64_t)1 << 63 | (uint64_t)(row - findings->view->rows)
				      : (uint64_t)object->kind << 32 | object->uid,
			 row);
}

/* "; used last by 1234 php", or ""; freed by the caller. */
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
		    checks_fate(findings, pids[i], sweep_last_use(object)) != CHECKS_LIVES)
			continue;
		fputs(n++ == 0 ? "; used last by " : ", ", out);
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
			"mode %04o lets everybody on this machine %s%s%s%s; nobody can tell which programs "
			"a narrower mode would shut out%s",
			(unsigned)object->mode,
			object->kind == KIPC_QUEUE     ? "send to it"
			: object->kind == KIPC_SEGMENT ? "write into it"
						       : "take and give it",
			n_rows > 1 ? " (one of several such objects of its owner: " : "",
			n_rows > 1 && which != NULL ? which : "", n_rows > 1 ? ")" : "",
			others != NULL ? others : ""),
		findings_text("kipcctl show %s", view_row_to_address(rows[0], address)));
	free(others);
	free(which);
}

/* -- nobody ---------------------------------------------------------------------------------------------------------- */

/* Whether the accounts say that no user has that number: an error (a directory server that is down) says nothing. */
static bool is_nobodys(uid_t uid)
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

	/* The users of another container are in its own accounts, not in ours. */
	if (object == NULL || (invocation != NULL && invocation->options->ipc_of != 0))
		return;
	/* The number stands for an owner without a name. Users of containers and services have no names, either. */
	owner = accounts_user(findings->accounts, object->uid);
	if (owner[0] < '0' || owner[0] > '9' || checks_may_live(findings, object->uid) ||
	    !is_nobodys(object->uid))
		return;
	findings_suspect(
		findings, check,
		is_ours(row) ? (uint64_t)1 << 63 | (uint64_t)(row - findings->view->rows) : object->uid, row);
}

/*
 * Hands one to kipcd as it is: its creator keeps his rights, so that nobody loses one who may come back (a container that runs
 * once an hour). An owner that somebody gave it, or declares, would lose his; so that is only shown.
 */
static char *command_to_adopt(struct findings *findings, const struct view_row *row)
{
	char buffer[VIEW_ADDRESS_MAX], name[VIEW_ADDRESS_MAX];
	const char *address = view_row_to_address(row, buffer);
	const char *kind = kipc_kind_to_string(row->kind);

	if (row->object->key == 0 || row->object->uid != row->object->cuid || !checks_can_manage(findings) ||
	    checks_may_be_declared(findings, row->object))
		return findings_text("kipcctl show %s", address);
	/* Named as generate does it. */
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
		     findings_text("%s to uid %u, and no user has that number and no process runs as it: "
				   "the next user that gets the number gets %s too%s%s",
				   n_rows == 1 ? "it belongs" : "these belong",
				   (unsigned)rows[0]->object->uid, n_rows == 1 ? "this" : "them",
				   n_rows > 1 ? ": " : "", n_rows > 1 && which != NULL ? which : ""),
		     command_to_adopt(findings, rows[0]));
	free(which);
}

#define ALL (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

const struct check access_checks[] = {
	{ "world-writable", "everybody may write", ALL, .examine_row = examine_world_writable,
	  .conclude = conclude_world_writable },
	{ "owner-gone", "no user has the owner's number any more, and no process runs as it", ALL,
	  .examine_row = examine_owner_gone, .conclude = conclude_owner_gone },
	{ NULL },
};
