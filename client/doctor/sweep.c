/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl sweep: removes leftovers by a rule. It never touches the objects of any kipcd; it leaves objects that are or may be in
 * use, and without --with-contents those that have contents. Each object is examined again directly before it is judged, and removed
 * behind the fence of kipc_object_remove(), or behind sweep's own fence if its contents may go as well.
 */

#include "client/doctor/sweep.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/doctor/findings.h"
#include "client/facts/processes.h"
#include "client/facts/registries.h"
#include "client/facts/view-note.h"
#include "client/facts/view.h"
#include "client/table/table.h"
#include "client/table/words.h"
#include "common/grammar.h"
#include "common/loss.h"
#include "common/nsid.h"
#include "common/plural.h"

#define TRACES_SHOWN 4

enum fate {
	FATE_REMOVED = 0,
	FATE_WOULD_BE_REMOVED,
	FATE_LEFT,
	FATE_FAILED,
};

static const char *const fate_words[] = { "removed", "would be removed", "left", "not removed" };

/* What became of one object. */
struct swept {
	char address[VIEW_ADDRESS_MAX];
	struct kipc_object object;
	int64_t last_used;
	bool is_creator_gone;
	enum fate fate;
	const char *because; /* it was left, as a word for scripts; NULL: it was not */
	char *reason, *evidence;
};

struct sweep {
	const struct invocation *invocation;
	struct sweep_rule rule;
	uid_t *owners; /* of --owner */
	size_t n_owners;

	struct view *view;
	struct registries registries;
	struct alive_facts alive;
	struct processes processes;
	int64_t looked,
		look_cost; /* when, by CLOCK_MONOTONIC, and how long it took: microseconds; 0: not yet */
	struct value_style style;

	struct swept *items;
	size_t n_items, n_of[4];
	enum status status;
};

/* -- collecting facts --------------------------------------------------------------------------------------- */

static int64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * Brings the list of blocked threads up to date. A look is used for no longer than it took: a thread may begin to wait right after
 * it, and looking takes at most half of the time. -ENOMEM; errors of opening /proc.
 */
static int look_at_processes(struct sweep *sweep)
{
	int64_t begin = now_usec();
	int r;

	if (sweep->looked != 0 && begin - sweep->looked < sweep->look_cost)
		return 0;
	processes_done(&sweep->processes);
	r = processes_read(&sweep->processes);
	if (r < 0)
		return r;
	sweep->looked = now_usec();
	sweep->look_cost = sweep->looked - begin;
	return 0;
}

/*
 * Why a process may be blocked on the queue without being visible; NULL: none can be. Of the processes that we may not examine,
 * those of the queue's owner and creator count; process 1 waits only for its children.
 */
static const char *find_blindness(const struct sweep *sweep, const struct kipc_object *queue)
{
	const struct processes *processes = &sweep->processes;

	if (!sweep->alive.sees_all)
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

static int add_trace(const struct sweep *sweep, struct sweep_facts *facts, const char *deed, pid_t pid,
		     int64_t when)
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
		.alive = alive_look(&sweep->alive, pid, when),
	};
	return 0;
}

static int collect_of_queue(struct sweep *sweep, struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	const struct blocked *blocked;
	int r;

	r = look_at_processes(sweep);
	if (r == 0)
		r = add_trace(sweep, facts, "sent last", object->queue.lspid, object->queue.stime);
	if (r == 0)
		r = add_trace(sweep, facts, "received last", object->queue.lrpid, object->queue.rtime);
	if (r < 0)
		return r;
	blocked = processes_blocked(&sweep->processes, KIPC_QUEUE, object->id, &facts->n_blocked);
	facts->blocked_pid = facts->n_blocked > 0 ? blocked[0].pid : 0;
	facts->blind = find_blindness(sweep, object);
	return 0;
}

static int collect_of_segment(struct sweep *sweep, struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	int64_t used =
		object->segment.atime > object->segment.dtime ? object->segment.atime : object->segment.dtime;
	int r;

	r = add_trace(sweep, facts, "created it", object->segment.cpid, object->ctime);
	return r < 0 ? r : add_trace(sweep, facts, "last had it attached", object->segment.lpid, used);
}

/* SETVAL records its process as an operation does, but its time as that of the last change. */
static int collect_of_set(struct sweep *sweep, struct sweep_facts *facts)
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
		r = add_trace(sweep, facts, "operated on it last", semaphores[i].pid,
			      semaphores[i].pid != 0 ? sweep_last_use(object) : object->semaphore.otime);
	}
	free(semaphores);
	facts->is_untouched = kipc_object_is_empty(object, 0) > 0;
	return r;
}

/* Collects the facts of an object as it is now. -EIDRM: it is gone. */
static int collect(struct sweep *sweep, const struct kipc_object *seen, struct sweep_facts *facts)
{
	int r;

	*facts = (struct sweep_facts){ .now = time(NULL), .sees_all = sweep->alive.sees_all };
	r = kipc_object_stat(seen->kind, seen->id, &facts->object);
	if (r == 0 && (facts->object.key != seen->key || facts->object.cuid != seen->cuid))
		r = -EIDRM;
	if (r < 0)
		return r;
	switch (seen->kind) {
	case KIPC_QUEUE:
		return collect_of_queue(sweep, facts);
	case KIPC_SEGMENT:
		return collect_of_segment(sweep, facts);
	case KIPC_SEMAPHORE:
		return collect_of_set(sweep, facts);
	}
	return -EINVAL;
}

/* -- evidence ------------------------------------------------------------------------------------------------ */

static void put_traces(FILE *out, const struct sweep_facts *facts)
{
	for (size_t i = 0; i < facts->n_traces && i < TRACES_SHOWN; i++) {
		const struct sweep_trace *trace = &facts->traces[i];

		if (trace->alive == ALIVE_UNKNOWN && trace->when == 0 && facts->object.kind != KIPC_SEMAPHORE)
			fprintf(out, "; never %s",
				facts->object.kind == KIPC_SEGMENT	? "attached"
				: strcmp(trace->deed, "sent last") == 0 ? "sent to"
									: "received from");
		else if (trace->alive == ALIVE_GONE || trace->alive == ALIVE_RECYCLED)
			fprintf(out, "; process %d, which %s, has ended%s", (int)trace->pid, trace->deed,
				trace->alive == ALIVE_RECYCLED ? " (another process has its number now)"
							       : "");
	}
	if (facts->n_traces > TRACES_SHOWN)
		fprintf(out, "; and %zu more", facts->n_traces - TRACES_SHOWN);
}

/* "private, created by root, 512M, last used 2026-11-24 17:53:38; process 4711, which created it, has ended" */
static char *describe(struct sweep *sweep, const struct sweep_facts *facts)
{
	const struct kipc_object *object = &facts->object;
	char size[GRAMMAR_SIZE_MAX], when[VALUE_TEXT_MAX], *text = NULL;
	struct value value = { 0 };
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fprintf(out, "%screated by %s", object->key == 0 ? "private, " : "",
		accounts_user(&sweep->style.accounts, object->cuid));
	if (object->uid != object->cuid)
		fprintf(out, ", owned by %s", accounts_user(&sweep->style.accounts, object->uid));
	if (object->kind == KIPC_QUEUE)
		fprintf(out, ", %llu %s", (unsigned long long)object->queue.messages,
			plural(object->queue.messages, "message", "messages"));
	else if (object->kind == KIPC_SEGMENT)
		fprintf(out, ", %s", grammar_size_to_string(object->segment.size, size));
	else
		fprintf(out, ", %llu %s", (unsigned long long)object->semaphore.semaphores,
			plural(object->semaphore.semaphores, "semaphore", "semaphores"));
	value_set_number(&value, VALUE_TIME, (uint64_t)sweep_last_use(object));
	fprintf(out, ", last used %s", value_to_string(&value, &sweep->style, when));
	put_traces(out, facts);
	return fclose(out) == 0 ? text : NULL;
}

/* -- removing ------------------------------------------------------------------------------------------------ */

static bool is_as_before(struct sweep *sweep, const struct sweep_facts *before)
{
	const struct kipc_object *object = &before->object;
	struct sweep_facts now;
	char *use = NULL;
	bool is_same;

	if (collect(sweep, object, &now) < 0) {
		free(now.traces);
		return false;
	}
	is_same = sweep_find_use(&now, &use) == 0 && use == NULL && now.object.uid == object->uid;
	if (object->kind == KIPC_QUEUE)
		is_same &= now.object.queue.messages == object->queue.messages &&
			   now.object.queue.stime == object->queue.stime &&
			   now.object.queue.rtime == object->queue.rtime;
	else if (object->kind == KIPC_SEGMENT)
		is_same &= now.object.segment.atime == object->segment.atime &&
			   now.object.segment.dtime == object->segment.dtime;
	else
		is_same &= now.object.semaphore.otime == object->semaphore.otime;
	free(use);
	free(now.traces);
	return is_same;
}

/* Contents may go, users may not: take the rights away, check that nothing has changed, and only then remove it. */
static int remove_with_contents(struct sweep *sweep, const struct sweep_facts *facts)
{
	struct kipc_object fenced = facts->object, lost;
	sigset_t before;
	int r;

	fenced.mode = fenced.kind == KIPC_SEMAPHORE ? 0400 : 0;
	signals_hold(&before);
	r = kipc_object_alter(&fenced, KIPC_ALTER_MODE);
	if (r == 0) {
		r = is_as_before(sweep, facts)
			    ? kipc_object_remove(&facts->object, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, &lost)
			    : -EBUSY;
		if (r < 0)
			(void)kipc_object_alter(&facts->object, KIPC_ALTER_MODE);
	}
	signals_let_go(&before);
	return r;
}

static void fail(struct sweep *sweep, struct swept *swept, int r)
{
	enum status status = errors_status(r);

	swept->fate = r == -EBUSY ? FATE_LEFT : FATE_FAILED;
	swept->because = r == -EBUSY ? "in_use" : r == -EPERM ? "not_allowed" : "error";
	swept->reason =
		findings_text("%s", r == -EBUSY	  ? "it was used just now"
				    : r == -EPERM ? "only its owner, its creator and root may remove it"
						  : strerror(-r));
	if (r != -EBUSY && sweep->status == STATUS_DONE)
		sweep->status = status;
}

/* -- one object ---------------------------------------------------------------------------------------------- */

/* The kipcd that declared, adopted or observes it, or uses it as its marker; NULL: none. */
static const char *find_kipcd(const struct sweep *sweep, const struct kipc_object *object)
{
	const char *path = registries_find(&sweep->registries, object);

	if (path != NULL)
		return path;
	for (size_t i = 0; object->key != 0 && i < sweep->view->n_named; i++)
		if (sweep->view->rows[i].kind == object->kind && sweep->view->rows[i].key == object->key)
			return sweep->invocation->runtime_dir;
	/* The marker of a kipcd that is starting is in no registry yet. */
	return nsid_is_like_marker(object, object->cuid) ? "its marker" : NULL;
}

/* Finds why it must be left: swept->because and its reason. -ENOMEM. */
static int find_obstacle(const struct sweep *sweep, const struct sweep_facts *facts, struct swept *swept)
{
	const struct kipc_object *object = &facts->object;
	const char *kipcd = find_kipcd(sweep, object);
	char loss[LOSS_MAX];
	int r;

	if (kipcd != NULL) {
		swept->because = "declared";
		swept->reason = findings_text("it belongs to a kipcd: %s", kipcd);
		return swept->reason == NULL ? -ENOMEM : 0;
	}
	if (registries_may_hide(&sweep->registries, object)) {
		swept->because = "declared";
		swept->reason = findings_text(
			"it may belong to a kipcd of its owner: that registry cannot be read from here");
		return swept->reason == NULL ? -ENOMEM : 0;
	}
	r = sweep_find_use(facts, &swept->reason);
	if (r < 0 || swept->reason != NULL) {
		swept->because = "in_use";
		return r;
	}
	if (sweep_has_contents(facts) && !sweep->invocation->options->with_contents) {
		swept->because = "contents";
		swept->reason = findings_text("%s; --with-contents removes it anyway",
					      loss_to_string(object, false, loss));
		return swept->reason == NULL ? -ENOMEM : 0;
	}
	return 0;
}

static bool may_remove(const struct kipc_object *object)
{
	return geteuid() == 0 || geteuid() == object->uid || geteuid() == object->cuid;
}

static int decide(struct sweep *sweep, const struct sweep_facts *facts, struct swept *swept)
{
	const struct options *options = sweep->invocation->options;
	const struct kipc_object *object = &facts->object;
	struct kipc_object lost;
	int r;

	if (!may_remove(object)) {
		fail(sweep, swept, -EPERM);
		return 0;
	}
	r = find_obstacle(sweep, facts, swept);
	if (r < 0)
		return r;
	if (swept->because != NULL) {
		swept->fate = FATE_LEFT;
		return 0;
	}
	swept->fate = FATE_WOULD_BE_REMOVED;
	if (options->dry_run)
		return 0;
	swept->fate = FATE_REMOVED;
	r = sweep_has_contents(facts) ? remove_with_contents(sweep, facts)
				      : kipc_object_remove(object, 0, 0, &lost);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		fail(sweep, swept, r);
	return 0;
}

static void print_one(const struct sweep *sweep, const struct swept *swept)
{
	if (swept->fate == FATE_FAILED)
		report(sweep->invocation, swept->address, sweep->status, "%s", swept->reason);
	if (sweep->invocation->options->json || sweep->invocation->options->quiet)
		return;
	if (swept->reason == NULL)
		printf("%s: %s: %s\n", swept->address, fate_words[swept->fate], swept->evidence);
	else
		printf("%s: %s: %s (%s)\n", swept->address, fate_words[swept->fate], swept->reason,
		       swept->evidence);
}

static int sweep_one(struct sweep *sweep, const struct view_row *row)
{
	struct sweep_facts facts;
	struct swept swept = { 0 }, *items;
	int r;

	r = collect(sweep, row->object, &facts);
	if (r == 0 && sweep_is_selected(&facts, &sweep->rule)) {
		swept.object = facts.object;
		swept.last_used = sweep_last_use(&facts.object);
		swept.is_creator_gone = sweep_creator_is_gone(&facts);
		view_row_to_address(row, swept.address);
		swept.evidence = describe(sweep, &facts);
		r = swept.evidence == NULL ? -ENOMEM : decide(sweep, &facts, &swept);
		items = r == 0 ? reallocarray(sweep->items, sweep->n_items + 1, sizeof *items) : NULL;
		if (items != NULL) {
			print_one(sweep, &swept);
			sweep->items = items;
			items[sweep->n_items++] = swept;
			sweep->n_of[swept.fate]++;
		} else {
			free(swept.reason);
			free(swept.evidence);
			r = r < 0 ? r : -ENOMEM;
		}
	}
	free(facts.traces);
	return r == -EIDRM ? 0 : r; /* it has gone in the meantime */
}

/* -- as JSON -------------------------------------------------------------------------------------------------- */

static void get_text(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, *(char *const *)(const void *)((const char *)row + column->offset));
}

static void get_address(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, ((const struct swept *)row)->address);
}

static void get_kind(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, kipc_kind_to_string(((const struct swept *)row)->object.kind));
}

static void get_action(const struct column *column, const void *row, struct value *value)
{
	static const char *const words[] = { "removed", "would_be_removed", "left", "failed" };

	value_set_text(value, words[((const struct swept *)row)->fate]);
}

#define SWEPT(member) column_get_member, COLUMN_MEMBER(struct swept, member)

/* clang-format off */
static const struct column columns[] = {
	{ "address", NULL, NULL, 0, get_address },
	{ "kind", NULL, NULL, 0, get_kind },
	{ "id", NULL, NULL, 0, SWEPT(object.id), .type = VALUE_NUMBER },
	{ "key", NULL, NULL, 0, SWEPT(object.key), .type = VALUE_KEY },
	{ "owner", NULL, NULL, 0, SWEPT(object.uid), .type = VALUE_USER },
	{ "uid", NULL, NULL, 0, SWEPT(object.uid), .type = VALUE_NUMBER },
	{ "creator", NULL, NULL, 0, SWEPT(object.cuid), .type = VALUE_USER },
	{ "creator_uid", NULL, NULL, 0, SWEPT(object.cuid), .type = VALUE_NUMBER },
	{ "creator_gone", NULL, NULL, 0, SWEPT(is_creator_gone), .type = VALUE_BOOL },
	{ "last_used", NULL, NULL, 0, SWEPT(last_used), .type = VALUE_TIME },
	{ "action", NULL, NULL, 0, get_action },
	{ "because", NULL, NULL, 0, get_text, .offset = offsetof(struct swept, because) },
	{ "reason", NULL, NULL, 0, get_text, .offset = offsetof(struct swept, reason) },
	{ "evidence", NULL, NULL, 0, get_text, .offset = offsetof(struct swept, evidence) },
};
/* clang-format on */

static int print_json(const struct sweep *sweep)
{
	enum status status;
	struct table table;
	int r = 0;

	if (!table_init(&table, sweep->invocation, columns, sizeof columns / sizeof *columns, &status))
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < sweep->n_items; i++)
		r = table_add(&table, &sweep->items[i]);
	if (r == 0)
		r = table_print(&table);
	table_done(&table);
	return r;
}

static int print_end(const struct sweep *sweep)
{
	const struct options *options = sweep->invocation->options;
	size_t n = sweep->n_of[options->dry_run ? FATE_WOULD_BE_REMOVED : FATE_REMOVED];

	if (options->json)
		return print_json(sweep);
	if (options->quiet)
		return 0;
	printf("%zu %s, %zu left", n, fate_words[options->dry_run ? FATE_WOULD_BE_REMOVED : FATE_REMOVED],
	       sweep->n_of[FATE_LEFT]);
	if (sweep->n_of[FATE_FAILED] > 0)
		printf(", %zu not removed", sweep->n_of[FATE_FAILED]);
	putchar('\n');
	return 0;
}

/* -- the verb --------------------------------------------------------------------------------------------------- */

/* A list of users by name or number. False: there is no such user, which has been reported. */
static bool take_owners(struct sweep *sweep, const char *list)
{
	const char *word;
	size_t n;

	while ((word = words_next(&list, &n)) != NULL) {
		uid_t *owners = reallocarray(sweep->owners, sweep->n_owners + 1, sizeof *owners);
		char *name = strndup(word, n);
		struct passwd *entry = name != NULL ? getpwnam(name) : NULL;
		int64_t number = 0;
		bool is_known =
			name != NULL &&
			(entry != NULL || grammar_number_from_string(name, 0, UINT32_MAX - 1, &number) == 0);

		if (owners != NULL)
			sweep->owners = owners;
		if (owners != NULL && is_known)
			owners[sweep->n_owners++] = entry != NULL ? entry->pw_uid : (uid_t)number;
		else
			report(sweep->invocation, NULL, STATUS_USAGE, "there is no user '%s'",
			       name != NULL ? name : "?");
		free(name);
		if (owners == NULL || !is_known)
			return false;
	}
	return true;
}

static enum status take_options(struct sweep *sweep)
{
	const struct options *options = sweep->invocation->options;

	sweep->rule = (struct sweep_rule){
		.is_private = options->is_private,
		.is_creator_gone = options->creator_gone,
		.is_unattached = options->unattached,
		.has_idle = options_has(options, OPTION_IDLE),
		.idle = options->idle,
	};
	if (!words_check(sweep->invocation, "kind", options->kind, channel_kinds, WORDS_KINDS_ADVICE))
		return STATUS_USAGE;
	if (options->owner == NULL && !options->is_private && !options->creator_gone &&
	    !options->unattached && !sweep->rule.has_idle)
		return report(
			sweep->invocation, NULL, STATUS_USAGE,
			"select leftovers with --owner=, --private, --unattached, --idle=, or with "
			"--creator-gone and one of the last two; --dry-run shows what would be removed");
	if (options->creator_gone && !options->unattached && !sweep->rule.has_idle)
		return report(
			sweep->invocation, NULL, STATUS_USAGE,
			"--creator-gone is not enough, since a daemon forks and its first process ends: add "
			"--unattached or --idle=SPAN");
	return take_owners(sweep, options->owner) ? STATUS_DONE : STATUS_USAGE;
}

/* Without --owner=, objects that the user may not remove are skipped. */
static bool is_candidate(const struct sweep *sweep, const struct view_row *row)
{
	if (!words_have(sweep->invocation->options->kind, kipc_kind_to_string(row->kind)))
		return false;
	for (size_t i = 0; i < sweep->n_owners; i++)
		if (sweep->owners[i] == row->object->uid)
			return true;
	return sweep->n_owners == 0 && may_remove(row->object);
}

static enum status sweep_all(struct sweep *sweep)
{
	const struct invocation *invocation = sweep->invocation;
	int r;

	r = registries_read(invocation, &sweep->registries);
	if (r == 0)
		r = view_read(invocation, &sweep->view);
	if (r == -ENOMEM)
		return errors_end(invocation, NULL, r);
	if (r < 0 || (sweep->view->bus == NULL && sweep->view->registry_error < 0 &&
		      sweep->view->registry_error != -ENOENT))
		return report(invocation, NULL, errors_status(r < 0 ? r : sweep->view->registry_error),
			      "the registry in %s cannot be read (%s), so nothing was removed",
			      invocation->runtime_dir, strerror(r < 0 ? -r : -sweep->view->registry_error));
	view_note(invocation, sweep->view);
	alive_facts_read(&sweep->alive);
	for (size_t i = sweep->view->n_named; r == 0 && i < sweep->view->n_rows; i++)
		if (is_candidate(sweep, &sweep->view->rows[i]))
			r = sweep_one(sweep, &sweep->view->rows[i]);
	if (r == 0)
		r = print_end(sweep);
	return r < 0 ? errors_end(invocation, NULL, r) : sweep->status;
}

enum status command_sweep(const struct invocation *invocation)
{
	struct sweep sweep = { .invocation = invocation };
	enum status status = take_options(&sweep);

	if (status == STATUS_DONE)
		status = sweep_all(&sweep);
	for (size_t i = 0; i < sweep.n_items; i++) {
		free(sweep.items[i].reason);
		free(sweep.items[i].evidence);
	}
	free(sweep.items);
	free(sweep.owners);
	processes_done(&sweep.processes);
	registries_done(&sweep.registries);
	view_free(sweep.view);
	accounts_done(&sweep.style.accounts);
	return status;
}
