/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Text and facts for the checks. Each fact errs on the side of silence: a process that cannot be seen counts as running, an object
 * that cannot be judged counts as known and declared.
 */

#include "client/doctor/checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/facts/living-users.h"
#include "client/facts/registries.h"
#include "common/nsid.h"

#define NAMED_MAX 4  /* that a finding names one by one */
#define LOOP_MAX 100 /* objects in one command */

/* -- text ------------------------------------------------------------------------------------------------------- */

const char *checks_time(int64_t seconds, char buffer[static VALUE_TEXT_MAX])
{
	struct value_style style = { 0 };
	struct value value = { 0 };

	value_set_number(&value, VALUE_TIME, (uint64_t)seconds);
	return seconds == 0 ? "never" : value_to_string(&value, &style, buffer);
}

char *checks_process(pid_t pid)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	process_print_pid(out, pid);
	return fclose(out) == 0 ? text : NULL;
}

char *checks_blocked(const struct findings *findings, const struct view_row *row,
		     enum blocked_operation operation, size_t *ret_n)
{
	size_t n_blocked, n = 0, size;
	const struct blocked *blocked =
		processes_blocked(findings->processes, row->kind, row->id, &n_blocked);
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < n_blocked; i++) {
		const struct process *process = &findings->processes->items[blocked[i].process];

		if (blocked[i].operation != operation || blocked[i].is_stopped)
			continue;
		if (n++ < NAMED_MAX) {
			fputs(n > 1 ? ", " : "", out);
			process_print(out, process->pid, process->command, process->unit);
		}
	}
	if (n > NAMED_MAX)
		fprintf(out, " and %zu more", n - NAMED_MAX);
	*ret_n = n;
	return fclose(out) == 0 ? text : NULL;
}

char *checks_rows(const struct view_row *const *rows, size_t n_rows)
{
	char *text = NULL, address[VIEW_ADDRESS_MAX];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < n_rows && i < NAMED_MAX; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "", view_row_to_address(rows[i], address));
	if (n_rows > NAMED_MAX)
		fprintf(out, " and %zu more", n_rows - NAMED_MAX);
	return fclose(out) == 0 ? text : NULL;
}

/* "for id in 5 7; do ", or nothing for one row. */
static void print_loop(FILE *out, const struct view_row *const *rows, size_t n_rows)
{
	if (n_rows == 1)
		return;
	fputs("for id in", out);
	for (size_t i = 0; i < n_rows && i < LOOP_MAX; i++)
		fprintf(out, " %d", rows[i]->id);
	fputs("; do ", out);
}

char *checks_save_and_remove(const char *save, const char *suffix, const char *remove,
			     const struct view_row *const *rows, size_t n_rows)
{
	const char *kind = kipc_kind_to_string(rows[0]->kind);
	char *text = NULL, id[16] = "$id";
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	if (n_rows == 1)
		snprintf(id, sizeof id, "%d", rows[0]->id);
	print_loop(out, rows, n_rows);
	/* Readable by the user only, and never over an existing file. */
	fprintf(out, "(umask 077; set -C; kipcctl %s %s:@%s >%s-%s.%s) && kipcctl %s %s:@%s%s", save, kind,
		id, kind, id, suffix, remove, kind, id, n_rows == 1 ? "" : "; done");
	return fclose(out) == 0 ? text : NULL;
}

/* -- facts ------------------------------------------------------------------------------------------------------ */

enum checks_fate checks_fate(struct findings *findings, pid_t pid, int64_t when)
{
	if (!findings->has_alive) {
		alive_facts_read(&findings->alive);
		findings->has_alive = true;
	}
	switch (alive_look(&findings->alive, pid, when)) {
	case ALIVE_YES:
		return CHECKS_RUNS;
	case ALIVE_GONE:
	case ALIVE_RECYCLED:
		return CHECKS_ENDED;
	case ALIVE_UNKNOWN:
		break;
	}
	return CHECKS_UNKNOWN;
}

bool checks_can_manage(const struct findings *findings)
{
	return findings->view != NULL && findings->view->bus != NULL;
}

bool checks_is_state(const struct view_row *row, const char *state)
{
	return row->state != NULL && strcmp(row->state, state) == 0;
}

bool checks_may_be_declared(struct findings *findings, const struct kipc_object *object)
{
	const struct view *view = findings->view;

	if (view == NULL || findings->invocation == NULL ||
	    (view->bus == NULL && view->registry_error < 0 && view->registry_error != -ENOENT))
		return true;
	if (findings->registries == NULL) {
		findings->registries = calloc(1, sizeof *findings->registries);
		if (findings->registries == NULL ||
		    registries_read(findings->invocation, findings->registries) < 0) {
			free(findings->registries);
			findings->registries = NULL;
			return true;
		}
	}
	return registries_find(findings->registries, object) != NULL ||
	       registries_may_hide(findings->registries, object) || nsid_is_like_marker(object, object->cuid);
}

static const struct living_users *living_users(struct findings *findings)
{
	if (!findings->has_living_users) {
		findings->has_living_users = true;
		(void)living_users_read(findings->processes, &findings->living_users);
	}
	return &findings->living_users;
}

bool checks_may_live(struct findings *findings, uid_t uid)
{
	const struct living_ids *uids = &living_users(findings)->uids;

	/* If there is no process at all, the look has failed. */
	return uids->n == 0 || living_users_have(uids, uid);
}

static bool group_may_live(struct findings *findings, gid_t gid)
{
	const struct living_ids *gids = &living_users(findings)->gids;

	return gids->n == 0 || living_users_have(gids, gid);
}

static bool last_user_lives(struct findings *findings, const struct kipc_object *object)
{
	return object->kind == KIPC_SEGMENT &&
	       checks_fate(findings, object->segment.lpid, sweep_last_use(object)) == CHECKS_RUNS;
}

bool checks_may_be_known(struct findings *findings, const struct kipc_object *object,
			 char ret_who[static CHECKS_WHO_MAX])
{
	struct accounts *accounts = findings->accounts;
	const uid_t uids[] = { object->uid, object->cuid };
	const gid_t gids[] = { object->gid, object->cgid };

	for (size_t i = 0; i < 2; i++)
		if (checks_may_live(findings, uids[i])) {
			snprintf(ret_who, CHECKS_WHO_MAX, "processes of %s are running",
				 accounts_user(accounts, uids[i]));
			return true;
		}
	if (last_user_lives(findings, object)) {
		snprintf(ret_who, CHECKS_WHO_MAX, "process %d, which last had it attached, is still running",
			 (int)object->segment.lpid);
		return true;
	}
	for (size_t i = 0; i < 2; i++)
		if ((object->mode & 060) != 0 && group_may_live(findings, gids[i])) {
			snprintf(ret_who, CHECKS_WHO_MAX, "processes of group %s are running",
				 accounts_group(accounts, gids[i]));
			return true;
		}
	if ((object->mode & 06) == 0)
		return false;
	snprintf(ret_who, CHECKS_WHO_MAX, "its mode lets every user in");
	return true;
}
