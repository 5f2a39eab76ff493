/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl remove: through kipcd if it has a name for the object, so that it does not heal what was removed on purpose; otherwise
 * straight from the kernel. Without --force, no object is removed that a process waits on, has attached, or has data in; kipcd
 * cannot see the first of these, so it is checked here. A kipcd that waits for messages to arrive (activate) does not count: it
 * takes none.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/processes.h"
#include "client/facts/view-find.h"
#include "client/facts/view.h"
#include "common/escape.h"
#include "common/loss.h"
#include "common/plural.h"

#define SENTENCE_MAX 256

static bool is_kipcd_waiting(const struct processes *processes, const struct blocked *blocked)
{
	return blocked->operation == BLOCKED_NOTICE &&
	       strcmp(processes->items[blocked->process].command, "kipcd") == 0;
}

/* "1234 (cat), 1240 (perl)…": the threads that wait on the object; returns how many. */
static size_t describe_waiters(const struct processes *processes, const struct kipc_object *object,
			       char sentence[static SENTENCE_MAX])
{
	size_t n_found, n_waiters = 0, used = 0;
	const struct blocked *blocked = processes_blocked(processes, object->kind, object->id, &n_found);

	for (size_t i = 0; i < n_found; i++) {
		const char *command = processes->items[blocked[i].process].command;
		char *escaped;
		int n;

		if (is_kipcd_waiting(processes, &blocked[i]) || ++n_waiters > 8)
			continue;
		escaped = escape_text(command, strlen(command));
		if (escaped == NULL)
			continue;
		n = snprintf(sentence + used, SENTENCE_MAX - used, "%s%d (%s)", used > 0 ? ", " : "",
			     (int)blocked[i].tid, escaped);
		free(escaped);
		/* One that does not fit is left out. */
		if (n < 0 || used + (size_t)n >= SENTENCE_MAX)
			sentence[used] = '\0';
		else
			used += (size_t)n;
	}
	return n_waiters;
}

/* STATUS_DONE if no visible thread waits on it. */
static enum status refuse_if_blocked(const struct invocation *invocation, const char *address,
				     const struct view_row *row)
{
	char sentence[SENTENCE_MAX] = "", loss[LOSS_MAX] = "";
	struct processes processes;
	size_t n;
	int r;

	if (invocation->options->force || row->object == NULL || row->kind == KIPC_SEGMENT)
		return STATUS_DONE;
	r = processes_read(&processes);
	if (r < 0)
		return errors_end(invocation, address, r);
	n = describe_waiters(&processes, row->object, sentence);
	processes_done(&processes);
	if (n == 0)
		return STATUS_DONE;
	if (row->kind == KIPC_QUEUE && row->object->queue.messages > 0)
		loss_to_string(row->object, false, LOSS_PRESENT, loss);
	return report(invocation, address, STATUS_FAILED, "%s%s%zu %s on it: %s; --force removes it anyway",
		      loss, *loss != '\0' ? ", and " : "", n,
		      plural(n, "thread is waiting", "threads are waiting"), sentence);
}

static void print_success(const struct invocation *invocation, const char *address, const char *loss)
{
	const struct options *options = invocation->options;

	if (!options->quiet)
		printf("%s: %s (%s)\n", address, options->dry_run ? "would be removed" : "removed", loss);
}

static enum status remove_by_kipcd(const struct invocation *invocation, const char *address, sd_bus *bus,
				   const char *name)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	const struct options *options = invocation->options;
	const char *loss;
	int r;

	bus_expect_change(bus);
	r = bus_call(bus, "Remove", &error, &reply, BUS_REMOVE_TAKES, name, (int)options->force,
		     (int)options->dry_run);
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &loss);
	if (r < 0)
		return bus_report(invocation, address, r, &error);
	print_success(invocation, address, loss);
	return STATUS_DONE;
}

static enum status remove_object(const struct invocation *invocation, const char *address,
				 const struct kipc_object *object)
{
	const struct options *options = invocation->options;
	unsigned flags = (options->force ? KIPC_REMOVE_EVEN_IF_NOT_EMPTY : 0) |
			 (options->dry_run ? KIPC_REMOVE_DRY_RUN : 0);
	bool is_empty = kipc_object_is_empty(object, 0) > 0;
	enum loss_tense tense = options->dry_run ? LOSS_PRESENT : LOSS_PAST;
	struct kipc_object lost = *object;
	char loss[LOSS_MAX];
	int r;

	r = kipc_object_remove(object, flags, 0, &lost);
	switch (r) {
	case 0:
		print_success(invocation, address, loss_to_string(&lost, is_empty, tense, loss));
		return STATUS_DONE;
	case -EBUSY:
		return report(invocation, address, STATUS_FAILED, "%s; --force removes it anyway",
			      loss_to_string(&lost, false, LOSS_PRESENT, loss));
	case -EPERM:
		return report(invocation, address, STATUS_NOT_ALLOWED,
			      "only its owner, its creator and root may remove it");
	case -EIDRM:
		return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
			      "it is already gone, or another object has replaced it");
	default:
		return errors_end(invocation, address, r);
	}
}

static enum status remove_one(const struct invocation *invocation, const struct view *view, const char *text)
{
	const struct options *options = invocation->options;
	const struct view_row *row;
	struct kipc_address address;
	enum status status;
	bool is_name;

	is_name = kipc_address_parse(text, &address) == 0 && address.form == KIPC_BY_NAME;
	if (is_name && view->bus == NULL)
		return bus_report_unreachable(invocation, text, view->bus_error);
	row = view_find(invocation, view, text, &status);
	if (row == NULL)
		return status;
	if (options->unattached && row->object != NULL &&
	    (row->kind != KIPC_SEGMENT || row->object->segment.attached > 0))
		return report(invocation, text, STATUS_FAILED,
			      "%s, and --unattached removes only unattached segments",
			      row->kind == KIPC_SEGMENT ? "it is attached" : "it is not a segment");
	status = refuse_if_blocked(invocation, text, row);
	if (status != STATUS_DONE)
		return status;
	if (view->bus != NULL && (is_name || view_row_is_kipcds(row)))
		return remove_by_kipcd(invocation, text, view->bus, row->name);
	if (view_row_is_kipcds(row) && !options->force)
		return report(invocation, text, STATUS_NO_DAEMON,
			      "it is kipcd's channel %s, and kipcd is not reachable at %s; start it, or use "
			      "--force",
			      row->name, invocation->runtime_dir);
	if (row->object == NULL)
		return report(invocation, text, STATUS_NO_SUCH_CHANNEL, "it has no object to remove");
	return remove_object(invocation, text, row->object);
}

enum status command_remove(const struct invocation *invocation)
{
	enum status worst = STATUS_DONE;
	struct view *view;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	for (int i = 0; i < invocation->n_args; i++) {
		enum status status = remove_one(invocation, view, invocation->args[i]);

		if (worst == STATUS_DONE)
			worst = status;
	}
	view_free(view);
	return worst;
}
