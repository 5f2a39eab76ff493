/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl sweep: removes leftovers by a rule. It never touches the objects of any kipcd; it leaves objects that are or may be in
 * use, and without --with-contents those that have contents. Each object is examined again directly before it is judged, and removed
 * behind the fence of kipc_object_remove(), or behind sweep's own fence if its contents may go as well.
 */

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/doctor/findings.h"
#include "client/doctor/sweep-facts.h"
#include "client/doctor/sweep-judge.h"
#include "client/doctor/swept.h"
#include "client/facts/registries.h"
#include "client/facts/view-note.h"
#include "client/table/words.h"
#include "common/grammar.h"
#include "common/loss.h"
#include "common/nsid.h"

struct sweep {
	const struct invocation *invocation;
	struct sweep_rule rule;
	uid_t *owners; /* of --owner */
	size_t n_owners;

	struct view *view;
	struct registries registries;
	struct sweep_source source;
	struct value_style style;

	struct swept *items;
	size_t n_items, n_of[N_SWEPT_FATES];
	enum status status;
};

/* -- removing ------------------------------------------------------------------------------------------------ */

static bool is_as_before(struct sweep *sweep, const struct sweep_facts *before)
{
	const struct kipc_object *object = &before->object;
	struct sweep_facts now;
	char *use = NULL;
	bool is_same;

	if (sweep_facts_collect(&sweep->source, object, &now) < 0) {
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

	swept->fate = r == -EBUSY ? SWEPT_LEFT : SWEPT_FAILED;
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
					      loss_to_string(object, false, LOSS_PRESENT, loss));
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
		swept->fate = SWEPT_LEFT;
		return 0;
	}
	swept->fate = SWEPT_WOULD_BE_REMOVED;
	if (options->dry_run)
		return 0;
	swept->fate = SWEPT_REMOVED;
	r = sweep_has_contents(facts) ? remove_with_contents(sweep, facts)
				      : kipc_object_remove(object, 0, 0, &lost);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		fail(sweep, swept, r);
	return 0;
}

static int sweep_one(struct sweep *sweep, const struct view_row *row)
{
	struct sweep_facts facts;
	struct swept swept = { 0 }, *items;
	int r;

	r = sweep_facts_collect(&sweep->source, row->object, &facts);
	if (r == 0 && sweep_is_selected(&facts, &sweep->rule)) {
		swept.object = facts.object;
		swept.last_used = sweep_last_use(&facts.object);
		swept.is_creator_gone = sweep_creator_is_gone(&facts);
		view_row_to_address(row, swept.address);
		swept.evidence = sweep_facts_describe(&facts, &sweep->style);
		r = swept.evidence == NULL ? -ENOMEM : decide(sweep, &facts, &swept);
		items = r == 0 ? reallocarray(sweep->items, sweep->n_items + 1, sizeof *items) : NULL;
		if (items != NULL) {
			if (swept.fate == SWEPT_FAILED)
				report(sweep->invocation, swept.address, sweep->status, "%s", swept.reason);
			if (!sweep->invocation->options->json && !sweep->invocation->options->quiet)
				swept_print(&swept);
			sweep->items = items;
			items[sweep->n_items++] = swept;
			sweep->n_of[swept.fate]++;
		} else {
			swept_done(&swept);
			r = r < 0 ? r : -ENOMEM;
		}
	}
	free(facts.traces);
	return r == -EIDRM ? 0 : r; /* it has gone in the meantime */
}

static int print_end(const struct sweep *sweep)
{
	const struct options *options = sweep->invocation->options;
	size_t n = sweep->n_of[options->dry_run ? SWEPT_WOULD_BE_REMOVED : SWEPT_REMOVED];

	if (options->json)
		return swept_print_json(sweep->invocation, sweep->items, sweep->n_items);
	if (options->quiet)
		return 0;
	printf("%zu %s, %zu left", n, swept_words[options->dry_run ? SWEPT_WOULD_BE_REMOVED : SWEPT_REMOVED],
	       sweep->n_of[SWEPT_LEFT]);
	if (sweep->n_of[SWEPT_FAILED] > 0)
		printf(", %zu not removed", sweep->n_of[SWEPT_FAILED]);
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
			report(sweep->invocation, NULL, STATUS_USAGE, "no such user: '%s'",
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
	if (options->owner == NULL && !options->is_private && !options->creator_gone &&
	    !options->unattached && !sweep->rule.has_idle)
		return report(
			sweep->invocation, NULL, STATUS_USAGE,
			"select leftovers with --owner=, --private, --unattached, --idle=, or with "
			"--creator-gone and one of the last two; --dry-run shows what would be removed");
	if (options->creator_gone && !options->unattached && !sweep->rule.has_idle)
		return report(
			sweep->invocation, NULL, STATUS_USAGE,
			"--creator-gone is not enough, since a daemon forks and its first process ends; add "
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
	alive_facts_read(&sweep->source.alive);
	for (size_t i = sweep->view->n_named; r == 0 && i < sweep->view->n_rows; i++)
		if (is_candidate(sweep, &sweep->view->rows[i]))
			r = sweep_one(sweep, &sweep->view->rows[i]);
	if (r == 0)
		r = print_end(sweep);
	return r < 0 ? errors_end(invocation, NULL, r) : sweep->status;
}

static void sweep_done(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->n_items; i++)
		swept_done(&sweep->items[i]);
	free(sweep->items);
	free(sweep->owners);
	processes_done(&sweep->source.processes);
	registries_done(&sweep->registries);
	view_free(sweep->view);
	accounts_done(&sweep->style.accounts);
}

enum status command_sweep(const struct invocation *invocation)
{
	__attribute__((cleanup(sweep_done))) struct sweep sweep = { .invocation = invocation };
	enum status status = take_options(&sweep);

	return status == STATUS_DONE ? sweep_all(&sweep) : status;
}
