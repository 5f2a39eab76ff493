/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What can be wrong with one channel or foreign object. A new check is a function here and a row of the table at the end.
 * Each says what it saw, so that a reader can judge it, and what to type. Called through findings_examine_row().
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/declared-values.h"
#include "client/findings.h"
#include "client/value.h"
#include "common/ended.h"
#include "common/grammar.h"

#define FULL_PERCENT 90
#define LARGE_BYTES (UINT64_C(64) << 20) /* of a segment that nobody uses */
#define LONG_SECONDS (24 * 60 * 60)	 /* that a queue lay unread */

/* -- words --------------------------------------------------------------------------------------------------- */

static const char *address_of(const struct view_row *row, char buffer[static VIEW_ADDRESS_MAX])
{
	return view_row_to_address(row, buffer);
}

/* "1234 postgres (postgresql.service)"; freed by the caller. */
static char *describe_process(pid_t pid)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	process_print_pid(out, pid);
	return fclose(out) == 0 ? text : NULL;
}

/* "2026-11-24 16:40:00", or "never" */
static const char *describe_time(int64_t seconds, char buffer[static VALUE_TEXT_MAX])
{
	struct value_style style = { 0 };
	struct value value = { 0 };

	value_set_number(&value, VALUE_TIME, (uint64_t)seconds);
	return seconds == 0 ? "never" : value_to_string(&value, &style, buffer);
}

/*
 * The first few of those who are blocked in one operation, and how many there are in all; freed by the caller. Who is
 * stopped in it does not count: he would take no message.
 */
static char *describe_blocked(const struct findings *findings, const struct view_row *row,
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
		if (n++ < 4) {
			fputs(n > 1 ? ", " : "", out);
			process_print(out, process->pid, process->command, process->unit);
		}
	}
	if (n > 4)
		fprintf(out, " and %zu more", n - 4);
	*ret_n = n;
	return fclose(out) == 0 ? text : NULL;
}

/* Whether a unit is this systemd's own, and not of a user's or a container's, which lie within another unit. */
static bool is_system_unit(int process_fd, const char *unit)
{
	char text[4096], *place, *inner;

	if (process_read(process_fd, "cgroup", text, sizeof text) <= 0 ||
	    (place = strstr(text, unit)) == NULL)
		return false;
	*place = '\0';
	inner = strrchr(text, '\n');
	inner = inner != NULL ? inner : text;
	return strstr(inner, ".service/") == NULL && strstr(inner, ".scope/") == NULL;
}

/* What ends or restarts a process: its service if it is one's; freed by the caller. */
static char *command_for_process(pid_t pid)
{
	char unit[PROCESS_UNIT_MAX] = "";
	size_t n;
	int fd = process_open(pid);

	if (fd >= 0) {
		process_unit(fd, unit);
		if (unit[0] != '\0' && !is_system_unit(fd, unit))
			unit[0] = '\0';
		close(fd);
	}
	n = strlen(unit);
	/* Only names that a shell takes as they are. */
	if (n > 8 && strcmp(unit + n - 8, ".service") == 0 &&
	    strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._-") == n)
		return findings_text("systemctl restart %s", unit);
	return findings_text("kill %d", (int)pid);
}

static char state_of_process(pid_t pid)
{
	int fd = process_open(pid);
	char state;

	if (fd < 0)
		return '?';
	state = process_state(fd, "stat");
	close(fd);
	return state;
}

/* -- queues --------------------------------------------------------------------------------------------------- */

static unsigned fullness(const struct kipc_object *queue)
{
	return queue->queue.capacity == 0 ? 100
					  : (unsigned)(queue->queue.bytes * 100 / queue->queue.capacity);
}

/* A queue that is full, or that senders wait at. */
struct jam {
	char *senders, *receivers;
	size_t n_senders, n_receivers;
};

static void jam_done(struct jam *jam)
{
	free(jam->senders);
	free(jam->receivers);
}

static bool is_jammed(const struct findings *findings, const struct view_row *row, struct jam *ret_jam)
{
	struct jam jam = { 0 };

	if (row->object == NULL)
		return false;
	jam.senders = describe_blocked(findings, row, BLOCKED_SEND, &jam.n_senders);
	jam.receivers = describe_blocked(findings, row, BLOCKED_RECEIVE, &jam.n_receivers);
	if (jam.senders == NULL || jam.receivers == NULL || jam.n_receivers > 0 ||
	    (fullness(row->object) < FULL_PERCENT && jam.n_senders == 0)) {
		jam_done(&jam);
		return false;
	}
	*ret_jam = jam;
	return true;
}

/* "100% full (3 messages, 16K)", and who waits to send. */
static char *describe_jam(const struct view_row *row, const struct jam *jam)
{
	char size[GRAMMAR_SIZE_MAX];

	return findings_text(
		"%u%% full (%llu message%s, %s)%s%s", fullness(row->object),
		(unsigned long long)row->object->queue.messages, row->object->queue.messages == 1 ? "" : "s",
		grammar_size_to_string(row->object->queue.bytes, size),
		jam->n_senders > 0 ? ", waiting to send: " : "", jam->n_senders > 0 ? jam->senders : "");
}

static void check_full_no_reader(struct findings *findings, const char *check, const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX];
	const struct kipc_object *object = row->object;
	struct jam jam;
	char *state;

	if (!is_jammed(findings, row, &jam))
		return;
	if (object->queue.rtime == 0 || process_has_ended(object->queue.lrpid)) {
		state = describe_jam(row, &jam);
		findings_add(findings, SEVERITY_DANGER, check, row,
			     object->queue.rtime == 0
				     ? findings_text("%s; nobody has ever received from it", state)
				     : findings_text("%s; process %d, which received last (%s), has ended",
						     state, (int)object->queue.lrpid,
						     describe_time(object->queue.rtime, when)),
			     findings_text("kipcctl recv --all %s", address_of(row, address)));
		free(state);
	}
	jam_done(&jam);
}

static void check_stuck_reader(struct findings *findings, const char *check, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char when[VALUE_TEXT_MAX], process_state, *reader, *state;
	struct jam jam;

	if (!is_jammed(findings, row, &jam))
		return;
	if (object->queue.lrpid > 0 && !process_has_ended(object->queue.lrpid)) {
		reader = describe_process(object->queue.lrpid);
		state = describe_jam(row, &jam);
		process_state = state_of_process(object->queue.lrpid);
		findings_add(findings, jam.n_senders > 0 ? SEVERITY_DANGER : SEVERITY_WARNING, check, row,
			     findings_text("%s; %s, which received last (%s), lives, and does not wait for a "
					   "message here: %s",
					   state, reader, describe_time(object->queue.rtime, when),
					   process_state == 'T'	  ? "it is stopped"
					   : process_state == 't' ? "a debugger holds it"
					   : process_state == 'D' ? "it waits for a device or file system"
					   : process_state == 'R' ? "it is computing"
								  : "it waits for something else"),
			     process_state == 'T' ? findings_text("kill -CONT %d", (int)object->queue.lrpid)
						  : command_for_process(object->queue.lrpid));
		free(reader);
		free(state);
	}
	jam_done(&jam);
}

static void check_wrong_type(struct findings *findings, const char *check, const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], *receivers;
	const struct blocked *blocked;
	size_t n_blocked, n_receivers = 0;

	if (row->object == NULL || row->object->queue.messages == 0)
		return;
	blocked = processes_blocked(findings->processes, row->kind, row->id, &n_blocked);
	for (size_t i = 0; i < n_blocked; i++)
		if (blocked[i].operation == BLOCKED_RECEIVE && !blocked[i].is_stopped) {
			if (!blocked[i].has_type || blocked[i].type == 0)
				return; /* it takes anything: it is just about to */
			n_receivers++;
		}
	if (n_receivers == 0)
		return;
	receivers = describe_blocked(findings, row, BLOCKED_RECEIVE, &n_receivers);
	findings_add(
		findings, SEVERITY_WARNING, check, row,
		findings_text("of the messages that are there (%llu) none is of a type that those want who "
			      "wait for one: %s",
			      (unsigned long long)row->object->queue.messages,
			      receivers != NULL ? receivers : "?"),
		findings_text("kipcctl peek --all --json %s", address_of(row, address)));
	free(receivers);
}

static void check_orphan_queue(struct findings *findings, const char *check, const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX];
	const struct kipc_object *object = row->object;
	int64_t last, now = time(NULL);

	if (row->name != NULL || object == NULL || object->queue.messages == 0)
		return;
	/* Not when somebody sent: what is sent and never read is what is looked for. */
	last = object->queue.rtime != 0 ? object->queue.rtime : object->ctime;
	if (now - last < LONG_SECONDS || (object->queue.lrpid > 0 && !process_has_ended(object->queue.lrpid)))
		return;
	findings_add(findings, SEVERITY_WARNING, check, row,
		     findings_text("%llu message%s; last read %s, and whoever read it has ended",
				   (unsigned long long)object->queue.messages,
				   object->queue.messages == 1 ? "" : "s",
				   describe_time(object->queue.rtime, when)),
		     findings_text("kipcctl recv --all %s && kipcctl remove %s", address_of(row, address),
				   address));
}

/* -- segments ------------------------------------------------------------------------------------------------- */

static void check_orphan_segment(struct findings *findings, const char *check, const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], size[GRAMMAR_SIZE_MAX], when[VALUE_TEXT_MAX];
	const struct kipc_object *object = row->object;
	bool is_large;

	if (row->name != NULL || object == NULL || object->segment.attached > 0 ||
	    !process_has_ended(object->segment.cpid))
		return;
	is_large = object->segment.size >= LARGE_BYTES;
	findings_add(findings, is_large ? SEVERITY_DANGER : SEVERITY_WARNING, check, row,
		     findings_text("%s that nobody has attached (last %s); process %d, which made it, has "
				   "ended",
				   grammar_size_to_string(object->segment.size, size),
				   describe_time(object->segment.dtime, when), (int)object->segment.cpid),
		     findings_text("kipcctl remove --force %s", address_of(row, address)));
}

static void check_removed_held(struct findings *findings, const char *check, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	const struct attachment *attachments;
	char size[GRAMMAR_SIZE_MAX], *users = NULL;
	size_t n, n_text;
	FILE *out;

	if (object == NULL || !object->segment.removed)
		return;
	attachments = processes_attached(findings->processes, object, &n);
	out = open_memstream(&users, &n_text);
	for (size_t i = 0; out != NULL && i < n && i < 4; i++) {
		const struct process *process = &findings->processes->items[attachments[i].process];

		fputs(i > 0 ? ", " : "", out);
		process_print(out, process->pid, process->command, process->unit);
	}
	if (out != NULL && n > 4)
		fprintf(out, " and %zu more", n - 4);
	if (out != NULL)
		fclose(out);
	findings_add(
		findings, SEVERITY_WARNING, check, row,
		findings_text("%s that somebody removed and that is still attached (%llu), by %s; "
			      "programs that look for its key do not find it",
			      grammar_size_to_string(object->segment.size, size),
			      (unsigned long long)object->segment.attached,
			      n > 0 && users != NULL ? users : "processes that cannot be seen from here"),
		n > 0 ? command_for_process(findings->processes->items[attachments[0].process].pid) : NULL);
	free(users);
}

static void check_ring(struct findings *findings, const char *check, const struct view_row *row)
{
	const struct kipc_ring *ring = row->object != NULL ? ring_figures_get(row->ring) : NULL;
	char address[VIEW_ADDRESS_MAX];

	if (ring != NULL && ring->fault != KIPC_RING_SOUND)
		findings_add(
			findings, SEVERITY_DANGER, check, row,
			findings_text("somebody wrote into it: %s", kipc_ring_fault_to_string(ring->fault)),
			findings_text("kipcctl reset %s", address_of(row, address)));
}

/* -- semaphores ------------------------------------------------------------------------------------------------ */

/* Whether the configuration gives that semaphore to somebody at first: 0 is then a state that somebody has to end. */
static bool is_declared_free(const struct findings *findings, const struct view_row *row, size_t i)
{
	uint16_t *values = NULL;
	size_t n = 0;
	bool is_free;

	if (row->name == NULL || findings->view->bus == NULL ||
	    declared_values_read(findings->view->bus, row->name, &values, &n) < 0)
		return false;
	is_free = i < n && values[i] > 0;
	free(values);
	return is_free;
}

static void check_dead_holder(struct findings *findings, const char *check, const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], *waiting;
	struct kipc_semaphore *semaphores;
	size_t n, n_waiting;

	if (row->object == NULL || kipc_object_semaphores(row->id, &semaphores, &n) < 0)
		return;
	waiting = describe_blocked(findings, row, BLOCKED_OPERATE, &n_waiting);
	for (size_t i = 0; i < n; i++) {
		bool is_wanted = semaphores[i].waiting > 0;
		char who_waits[32] = "nobody waits";

		if (semaphores[i].value != 0 || !process_has_ended(semaphores[i].pid) ||
		    !(is_wanted || is_declared_free(findings, row, i)))
			continue;
		if (is_wanted)
			snprintf(who_waits, sizeof who_waits, "%d wait%s", semaphores[i].waiting,
				 semaphores[i].waiting == 1 ? "s" : "");
		findings_add(findings, is_wanted ? SEVERITY_DANGER : SEVERITY_NOTICE, check, row,
			     findings_text("semaphore[%zu] is 0, %s for it%s%s, and process %d, which "
					   "operated on it last, has ended without giving it back",
					   i, who_waits, is_wanted && n_waiting > 0 ? ": " : "",
					   is_wanted && waiting != NULL ? waiting : "",
					   (int)semaphores[i].pid),
			     findings_text("kipcctl up '%s[%zu]'", address_of(row, address), i));
	}
	free(waiting);
	free(semaphores);
}

/* -- all kinds -------------------------------------------------------------------------------------------------- */

/* It declares more than kernel.msgmnb lets a queue hold, and runs with that. */
static bool is_cut(const struct view_row *row)
{
	return row->kind == KIPC_QUEUE && row->object != NULL && row->state != NULL &&
	       strcmp(row->state, "active") == 0 && row->reason != NULL && row->reason[0] != '\0' &&
	       row->needs > row->object->queue.capacity;
}

static void check_capacity(struct findings *findings, const char *check, const struct view_row *row)
{
	if (is_cut(row))
		findings_add(findings, SEVERITY_WARNING, check, row, findings_text("%s", row->reason),
			     findings_text("sysctl -w kernel.msgmnb=%llu && kipcctl reload",
					   (unsigned long long)row->needs));
}

static void check_state(struct findings *findings, const char *check, const struct view_row *row)
{
	static const struct {
		const char *state;
		enum severity severity;
		const char *command; /* "%s": the name */
	} states[] = {
		{ "failed", SEVERITY_DANGER, "kipcctl reload" },
		{ "lost", SEVERITY_DANGER, "kipcctl recover " },
		{ "stale", SEVERITY_WARNING, "kipcctl plan" },
		{ "retained", SEVERITY_NOTICE, "kipcctl remove " },
		{ "active", SEVERITY_WARNING, "kipcctl show " },
	};

	if (row->name == NULL || row->state == NULL || row->reason == NULL || row->reason[0] == '\0' ||
	    is_cut(row))
		return;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		const char *command = states[i].command;

		if (strcmp(states[i].state, row->state) == 0)
			findings_add(findings, states[i].severity, check, row,
				     findings_text("%s: %s", row->state, row->reason),
				     findings_text("%s%s", command,
						   command[strlen(command) - 1] == ' ' ? row->name : ""));
	}
}

static void check_conflict(struct findings *findings, const char *check, const struct view_row *row)
{
	struct kipc_object object;

	if (row->name == NULL || row->state == NULL || strcmp(row->state, "conflict") != 0)
		return;
	findings_add(findings, SEVERITY_DANGER, check, row, findings_text("%s", row->reason),
		     kipc_object_find(row->kind, row->key, &object) == 0
			     ? findings_text("kipcctl adopt %s:@%d %s", kipc_kind_to_string(row->kind),
					     object.id, row->name)
			     : findings_text("kipcctl reload"));
}

static bool is_owned(const struct view_row *row)
{
	return row->name != NULL && row->manage != NULL && strcmp(row->manage, "own") == 0;
}

/* "kipcctl adopt queue:@5 queue-4b01", named as generate does; NULL: without a key kipcd cannot have it. */
static char *adopt_command(const struct view_row *row, const char *option, char name[static VIEW_ADDRESS_MAX])
{
	char address[VIEW_ADDRESS_MAX];
	const char *kind = kipc_kind_to_string(row->kind);

	if (row->object->key == 0)
		return NULL;
	if (row->name != NULL)
		snprintf(name, VIEW_ADDRESS_MAX, "%s", row->name);
	else
		snprintf(name, VIEW_ADDRESS_MAX, "%s-%x", kind, (unsigned)row->object->key);
	return findings_text("kipcctl adopt%s %s %s", option, address_of(row, address), name);
}

static char *command_for_mode(const struct view_row *row)
{
	unsigned mode = (unsigned)(row->object->mode & 0770);
	char name[VIEW_ADDRESS_MAX], *adopt, *command;

	if (is_owned(row))
		return findings_text("kipcctl set %s mode=%04o", row->name, mode);
	adopt = adopt_command(row, "", name);
	if (adopt == NULL)
		return NULL;
	command = findings_text("%s && kipcctl set %s mode=%04o", adopt, name, mode);
	free(adopt);
	return command;
}

static void check_world_writable(struct findings *findings, const char *check, const struct view_row *row)
{
	if (row->object == NULL || (row->object->mode & 02) == 0)
		return;
	findings_add(findings, SEVERITY_WARNING, check, row,
		     findings_text("mode %04o lets everybody on this machine %s", (unsigned)row->object->mode,
				   row->kind == KIPC_QUEUE     ? "send to it"
				   : row->kind == KIPC_SEGMENT ? "write into it"
							       : "take and give it"),
		     command_for_mode(row));
}

static void check_owner_gone(struct findings *findings, const char *check, const struct view_row *row)
{
	char name[VIEW_ADDRESS_MAX];
	const char *owner;

	if (row->object == NULL)
		return;
	/* A number is what there is where there is no name. */
	owner = accounts_user(findings->accounts, row->object->uid);
	if (owner[0] < '0' || owner[0] > '9')
		return;
	findings_add(findings, SEVERITY_WARNING, check, row,
		     findings_text("it belongs to uid %u, and no user has that number: whoever gets it gets "
				   "this too",
				   (unsigned)row->object->uid),
		     is_owned(row) ? findings_text("kipcctl set %s owner=root", row->name)
				   : adopt_command(row, " --force", name));
}

#define ALL (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

const struct check row_checks[] = {
	{ "full-no-reader",
	  "a queue is full, and who read it has ended",
	  KIPC_QUEUE,
	  { check_full_no_reader } },
	{ "stuck-reader",
	  "a queue is full, and its reader lives and does not read",
	  KIPC_QUEUE,
	  { check_stuck_reader } },
	{ "wrong-type", "messages wait, and readers for other types", KIPC_QUEUE, { check_wrong_type } },
	{ "orphan-queue",
	  "a foreign queue with messages that nobody read for a day",
	  KIPC_QUEUE,
	  { check_orphan_queue } },
	{ "orphan-segment",
	  "a foreign segment that nobody has attached, and its maker has ended",
	  KIPC_SEGMENT,
	  { check_orphan_segment } },
	{ "removed-held",
	  "a segment was removed and is still attached",
	  KIPC_SEGMENT,
	  { check_removed_held } },
	{ "broken-ring", "a ring contradicts itself", KIPC_SEGMENT, { check_ring } },
	{ "dead-holder",
	  "others wait for a semaphore that a dead process holds",
	  KIPC_SEMAPHORE,
	  { check_dead_holder } },
	{ "key-conflict",
	  "the key of a declared channel belongs to a foreign object",
	  ALL,
	  { check_conflict } },
	{ "capacity", "kernel.msgmnb is smaller than what a queue declares", KIPC_QUEUE, { check_capacity } },
	{ "state", "a channel is not as it is declared", ALL, { check_state } },
	{ "world-writable", "everybody may write", ALL, { check_world_writable } },
	{ "owner-gone", "the owner is no user any more", ALL, { check_owner_gone } },
};
const size_t n_row_checks = sizeof row_checks / sizeof *row_checks;
