/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about a channel of any kind that is not as declared. Every state except `active` is a finding, with the command that
 * leads out of it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"
#include "client/facts/declared-values.h"
#include "common/channel-words.h"
#include "common/loss.h"

static const char *reason_of(const struct view_row *row, const char *otherwise)
{
	return row->reason != NULL && row->reason[0] != '\0' ? row->reason : otherwise;
}

/* -- kernel limits that keep a channel from being as declared ------------------------------------------------------------- */

/* It declares more than kernel.msgmnb allows, and runs with that. */
static bool is_cut(const struct view_row *row)
{
	return row->kind == KIPC_QUEUE && row->object != NULL && checks_is_state(row, "active") &&
	       row->reason != NULL && row->reason[0] != '\0' && row->needs > row->object->queue.capacity;
}

static void examine_capacity(struct findings *findings, const struct check *check, const struct view_row *row)
{
	if (is_cut(row))
		findings_add(findings, SEVERITY_WARNING, check, row, findings_text("%s", row->reason),
			     findings_text("sysctl -w kernel.msgmnb=%llu && kipcctl reload",
					   (unsigned long long)row->needs));
}

/* "sysctl -w kernel.sem='…'", with room for the set beside what is in use. */
static char *sysctl_for_set(const struct kipc_limits *limits, uint64_t needs)
{
	uint64_t semmsl = limits->semmsl > needs ? limits->semmsl : needs;
	uint64_t semmns = limits->semaphores + needs;
	uint64_t semmni = limits->semaphore_sets + 1;

	if (semmsl == limits->semmsl && semmns <= limits->semmns && semmni <= limits->semmni)
		return NULL;
	return findings_text("sysctl -w kernel.sem='%llu %llu %llu %llu'", (unsigned long long)semmsl,
			     (unsigned long long)(semmns > limits->semmns ? semmns : limits->semmns),
			     (unsigned long long)limits->semopm,
			     (unsigned long long)(semmni > limits->semmni ? semmni : limits->semmni));
}

/* Raises the first limit that is too low for a new segment. */
static char *sysctl_for_segment(const struct kipc_limits *limits, uint64_t needs)
{
	uint64_t pages = (needs + 4095) / 4096; /* at least as many as the kernel counts */

	if (needs > limits->shmmax)
		return findings_text("sysctl -w kernel.shmmax=%llu", (unsigned long long)needs);
	if (limits->segments >= limits->shmmni)
		return findings_text("sysctl -w kernel.shmmni=%llu",
				     (unsigned long long)limits->segments + 1);
	if (pages > limits->shmall - limits->segment_pages || limits->segment_pages > limits->shmall)
		return findings_text("sysctl -w kernel.shmall=%llu",
				     (unsigned long long)(limits->segment_pages + pages));
	return NULL;
}

/* The command that raises the limit that the channel meets; NULL: none. Freed by the caller. */
static char *sysctl_for(const struct kipc_limits *limits, const struct view_row *row)
{
	switch (row->kind) {
	case KIPC_QUEUE:
		return limits->queues < limits->msgmni
			       ? NULL
			       : findings_text("sysctl -w kernel.msgmni=%llu",
					       (unsigned long long)limits->queues + 1);
	case KIPC_SEGMENT:
		return sysctl_for_segment(limits, row->needs);
	case KIPC_SEMAPHORE:
		return sysctl_for_set(limits, row->needs);
	}
	return NULL;
}

/* -- states --------------------------------------------------------------------------------------------------------------- */

static char *command_to_look(const struct view_row *row)
{
	return findings_text("kipcctl show %s", row->name);
}

static char *command_when_failed(struct findings *findings, const struct view_row *row)
{
	char *sysctl = findings->limits != NULL ? sysctl_for(findings->limits, row) : NULL;
	char *command;

	if (sysctl == NULL)
		return findings_text("kipcctl reload");
	command = findings_text("%s && kipcctl reload", sysctl);
	free(sysctl);
	return command;
}

/* A segment that is still attached would be recreated beside its users. */
static char *command_when_lost(struct findings *findings, const struct view_row *row)
{
	(void)findings;
	return row->object != NULL ? command_to_look(row) : findings_text("kipcctl recover %s", row->name);
}

static bool holds_nothing(struct findings *findings, const struct view_row *row)
{
	size_t n_blocked;

	(void)processes_blocked(findings->processes, row->kind, row->id, &n_blocked);
	if (row->object == NULL || n_blocked > 0 || findings->processes->has_hidden)
		return false;
	return row->kind == KIPC_QUEUE	   ? row->object->queue.messages == 0
	       : row->kind == KIPC_SEGMENT ? row->object->segment.atime == 0
					   : false;
}

static char *command_when_retained(struct findings *findings, const struct view_row *row)
{
	return holds_nothing(findings, row) ? findings_text("kipcctl remove %s", row->name)
					    : command_to_look(row);
}

static char *command_when_absent(struct findings *findings, const struct view_row *row)
{
	(void)findings;
	return view_row_is_kipcds(row) ? findings_text("kipcctl reload") : command_to_look(row);
}

/* Whether every program keeps its rights if kipcd adopts the object under that name. */
static bool keeps_rights(struct findings *findings, const struct view_row *row,
			 const struct kipc_object *object)
{
	struct declared_access access;

	return declared_access_read(findings->view->bus, row->name, &access) == 0 &&
	       (object->mode & ~access.mode & 0777) == 0 &&
	       ((object->mode & 070) == 0 || access.gid == object->gid) &&
	       (object->uid == object->cuid || object->uid == 0);
}

/* The visible users of the object, as part of a sentence; freed by the caller. */
static char *describe_users(struct findings *findings, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char *users = NULL;
	size_t n = 0, size;
	FILE *out = open_memstream(&users, &size);

	if (out == NULL)
		return NULL;
	if (row->kind == KIPC_SEGMENT) {
		const struct attachment *attached = processes_attached(findings->processes, object, &n);

		for (size_t i = 0; i < n && i < 4; i++) {
			fputs(i == 0 ? "; attached by " : ", ", out);
			process_print_pid(out, findings->processes->items[attached[i].process].pid);
		}
	} else {
		const struct blocked *blocked =
			processes_blocked(findings->processes, row->kind, row->id, &n);

		for (size_t i = 0; i < n && i < 4; i++) {
			fputs(i == 0 ? "; waiting: " : ", ", out);
			process_print_pid(out, blocked[i].pid);
		}
	}
	if (row->kind == KIPC_QUEUE &&
	    checks_fate(findings, object->queue.lrpid, object->queue.rtime) == CHECKS_RUNS) {
		fputs("; last receiver: ", out);
		process_print_pid(out, object->queue.lrpid);
	}
	if (row->kind == KIPC_QUEUE &&
	    checks_fate(findings, object->queue.lspid, object->queue.stime) == CHECKS_RUNS) {
		fputs("; last sender: ", out);
		process_print_pid(out, object->queue.lspid);
	}
	return fclose(out) == 0 ? users : NULL;
}

/* The object that kipcd's sentence advises to adopt; NULL: none, or it is gone. */
static const struct view_row *find_adoptable(struct findings *findings, const struct view_row *stale)
{
	const char *adopt = strstr(stale->reason, "'kipcctl adopt ");
	const char *key = adopt != NULL ? strstr(adopt, ":0x") : NULL;
	key_t wanted = key != NULL ? (key_t)strtoul(key + 1, NULL, 16) : 0;

	for (size_t i = 0; wanted != 0 && i < findings->view->n_rows; i++) {
		const struct view_row *row = &findings->view->rows[i];

		if (row->name == NULL && row->kind == stale->kind && row->key == wanted)
			return row;
	}
	return NULL;
}

/* The commands in kipcd's sentence, as "one && other"; NULL: none, or the user must act in between. */
static char *commands_of_reason(const char *reason)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._:=@-";
	char *commands = NULL;
	size_t size;
	FILE *out;

	if (strstr(reason, "'kipcctl ") == NULL || strstr(reason, "--force") != NULL ||
	    strstr(reason, STOP_ITS_USERS) != NULL)
		return NULL;
	out = open_memstream(&commands, &size);
	if (out == NULL)
		return NULL;
	for (const char *p = strstr(reason, "'kipcctl "); p != NULL; p = strstr(p, "'kipcctl ")) {
		size_t n = strspn(++p, allowed);

		if (p[n] == '\'') /* only what needs no quoting in a shell */
			fprintf(out, "%s%.*s", ftell(out) > 0 ? " && " : "", (int)n, p);
	}
	if (fclose(out) != 0 || commands[0] == '\0') {
		free(commands);
		return NULL;
	}
	return commands;
}

/* Recreating it cuts off its users, and adopting another object may shut programs out: then both are only shown. */
static char *command_when_stale(struct findings *findings, const struct view_row *row)
{
	char *users = row->object != NULL ? describe_users(findings, row) : NULL, *commands = NULL;
	bool is_used = users == NULL || users[0] != '\0' || findings->processes->has_hidden;
	const struct view_row *other;
	char address[VIEW_ADDRESS_MAX];

	free(users);
	if (row->reason == NULL)
		return findings_text("kipcctl plan");
	other = find_adoptable(findings, row);
	if (other != NULL && (is_used || !keeps_rights(findings, row, other->object)))
		return findings_text("kipcctl show %s %s", row->name, view_row_to_address(other, address));
	if (!is_used)
		commands = commands_of_reason(row->reason);
	return commands != NULL ? commands : findings_text("kipcctl plan");
}

static char *command_when_active(struct findings *findings, const struct view_row *row)
{
	(void)findings;
	return command_to_look(row);
}

static const struct state {
	const char *name;
	enum severity severity, severity_observed;
	const char *otherwise; /* the sentence if kipcd gives no reason; NULL: not a finding then */
	char *(*command)(struct findings *findings, const struct view_row *row);
} states[] = {
	{ "failed", SEVERITY_DANGER, SEVERITY_DANGER, "kipcd could not create it", command_when_failed },
	{ "lost", SEVERITY_DANGER, SEVERITY_DANGER, "its object is gone", command_when_lost },
	{ "stale", SEVERITY_WARNING, SEVERITY_WARNING, "it is not as declared", command_when_stale },
	{ "absent", SEVERITY_WARNING, SEVERITY_NOTICE, "its object is gone", command_when_absent },
	{ "retained", SEVERITY_NOTICE, SEVERITY_NOTICE, "it is no longer declared", command_when_retained },
	{ "active", SEVERITY_WARNING, SEVERITY_WARNING, NULL, command_when_active },
};

static const char *otherwise_of(const struct state *state, const struct view_row *row)
{
	if (strcmp(state->name, "absent") != 0)
		return state->otherwise;
	return view_row_is_kipcds(row)
		       ? "another program removed it again; kipcd recreates it, after a longer "
			 "pause each time"
		       : "its program has not created it yet";
}

static void examine_state(struct findings *findings, const struct check *check, const struct view_row *row)
{
	if (row->name == NULL || row->state == NULL || is_cut(row))
		return;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		const struct state *state = &states[i];
		const char *reason = reason_of(row, otherwise_of(state, row));

		if (strcmp(state->name, row->state) == 0 && reason != NULL)
			findings_add(findings,
				     view_row_is_kipcds(row) ? state->severity : state->severity_observed,
				     check, row, findings_text("%s: %s", row->state, reason),
				     /* Without kipcd no verb can fix it; that is a finding of its own. */
				     checks_can_manage(findings) ? state->command(findings, row) : NULL);
	}
}

/* -- conflicts ------------------------------------------------------------------------------------------------------------- */

/* The row of the object that has the key; NULL: it is gone. */
static const struct view_row *find_holder(struct findings *findings, const struct view_row *conflict)
{
	for (size_t i = 0; findings->view != NULL && i < findings->view->n_rows; i++) {
		const struct view_row *row = &findings->view->rows[i];

		if (row != conflict && row->kind == conflict->kind && row->object != NULL &&
		    row->object->key == conflict->key)
			return row;
	}
	return NULL;
}

/*
 * The row of the object that the name had before its key was changed: kipcd still owns it, and programs may use it. NULL: none.
 */
static const struct view_row *find_former(struct findings *findings, const struct view_row *conflict)
{
	for (size_t i = 0; findings->view != NULL && conflict->id >= 0 && i < findings->view->n_rows; i++) {
		const struct view_row *row = &findings->view->rows[i];

		if (row->kind == conflict->kind && row->id == conflict->id && row->object != NULL &&
		    row->object->key != conflict->key)
			return row;
	}
	return NULL;
}

/* Adopting is safe if no program loses a right, and no object of kipcd's is left behind without a name. */
static char *command_for_conflict(struct findings *findings, const struct view_row *row,
				  const struct view_row *holder, const struct view_row *former)
{
	char buffer[VIEW_ADDRESS_MAX];
	const char *address;

	if (!checks_can_manage(findings))
		return NULL;
	if (former != NULL)
		return findings_text("kipcctl show %s %s:@%d", row->name, kipc_kind_to_string(row->kind),
				     row->id);
	if (holder == NULL)
		return findings_text("kipcctl reload");
	address = view_row_to_address(holder, buffer);
	if (holder->name == NULL && keeps_rights(findings, row, holder->object))
		return findings_text("kipcctl adopt %s %s", address, row->name);
	return findings_text("kipcctl show %s %s", row->name, address);
}

/* "; its previous object, queue @5, still exists: …", and its users; freed by the caller. */
static char *describe_former(struct findings *findings, const struct view_row *former)
{
	char loss[LOSS_MAX], *users = describe_users(findings, former), *text;

	text = findings_text("; its previous object, %s @%d, still exists: %s%s",
			     kipc_kind_to_string(former->kind), former->id,
			     loss_to_string(former->object,
					    former->kind == KIPC_QUEUE && former->object->queue.messages == 0,
					    LOSS_PRESENT, loss),
			     users != NULL ? users : "");
	free(users);
	return text;
}

static void examine_conflict(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct view_row *holder, *former;
	char *users = NULL, *own = NULL;

	if (row->name == NULL || !checks_is_state(row, "conflict"))
		return;
	holder = find_holder(findings, row);
	former = find_former(findings, row);
	if (holder != NULL)
		users = describe_users(findings, holder);
	if (former != NULL)
		own = describe_former(findings, former);
	findings_add(findings, SEVERITY_DANGER, check, row,
		     findings_text("%s%s%s", reason_of(row, "its key belongs to a foreign object"),
				   users != NULL ? users : "", own != NULL ? own : ""),
		     command_for_conflict(findings, row, holder, former));
	free(users);
	free(own);
}

#define ALL (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

const struct check channel_checks[] = {
	{ "key-conflict", ALL, .examine_row = examine_conflict },
	{ "capacity", KIPC_QUEUE, .examine_row = examine_capacity },
	{ "state", ALL, .examine_row = examine_state },
	{ NULL },
};
