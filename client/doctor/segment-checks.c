/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about segments. That no process has one attached means little: many programs attach for a moment (PHP, Perl's
 * IPC::Shareable), and need a week later what they left in it. That one was removed while attached means little as well: many
 * programs do that, so that it goes with its last user.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/doctor/checks.h"
#include "common/ended.h"
#include "common/grammar.h"
#include "common/plural.h"

#define MANY_PRIVATE                                                                                         \
	100 /* removed segments without a key in one process: more than programs have on purpose */

/* -- left behind ---------------------------------------------------------------------------------------------------- */

/* Whether it is safe to remove, too: no running process could come back to it. */
static bool is_removable(struct findings *findings, const struct kipc_object *object)
{
	char who[CHECKS_WHO_MAX];

	return !checks_may_be_known(findings, object, who) && !checks_may_be_declared(findings, object);
}

static void examine_orphan(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct kipc_object *object = row->object;

	if (row->name != NULL || object == NULL || object->segment.attached > 0 || object->segment.removed ||
	    !process_has_ended(object->segment.cpid) || findings->now - sweep_last_use(object) < CHECKS_IDLE)
		return;
	findings_suspect(findings, check,
			 (uint64_t)object->uid << 1 | (uint64_t)is_removable(findings, object), row);
}

static void conclude_orphans(struct findings *findings, const struct check *check,
			     const struct view_row *const *rows, size_t n_rows)
{
	const struct kipc_object *object = rows[0]->object;
	char address[VIEW_ADDRESS_MAX], size[GRAMMAR_SIZE_MAX], when[VALUE_TEXT_MAX], who[CHECKS_WHO_MAX];
	char *which = checks_rows(rows, n_rows);
	bool may_remove = is_removable(findings, object),
	     is_known = checks_may_be_known(findings, object, who);
	uint64_t bytes = 0;
	int64_t last = 0;

	for (size_t i = 0; i < n_rows; i++) {
		int64_t use = sweep_last_use(rows[i]->object);

		bytes += rows[i]->object->segment.size;
		last = use > last ? use : last;
	}
	findings_add(findings, SEVERITY_WARNING, check, rows[0],
		     findings_text("%s in %zu %s of user %s (%s), attached by no process; last use: %s; "
				   "created by a "
				   "process that has ended%s%s",
				   grammar_bytes_to_string(bytes, size), n_rows,
				   plural(n_rows, "segment", "segments"),
				   accounts_user(findings->accounts, object->uid),
				   which != NULL ? which : "?", checks_time(last, when),
				   is_known ? "; the contents may still be needed: " : "",
				   is_known ? who : ""),
		     may_remove ? checks_save_and_remove("read --raw", "bin", "remove --force --unattached",
							 rows, n_rows)
				: findings_text("kipcctl show %s", view_row_to_address(rows[0], address)));
	free(which);
}

/* -- removed, and still attached -------------------------------------------------------------------------------------- */

/* The first visible attachment: the process, and the key with which the segment was created. NULL: none. */
static const struct attachment *first_attachment(struct findings *findings, const struct kipc_object *object)
{
	size_t n;
	const struct attachment *attachments = processes_attached(findings->processes, object, &n);

	return n > 0 ? attachments : NULL;
}

static void examine_removed(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct attachment *attachment;

	/* For a channel, this is a state. */
	if (row->object == NULL || !row->object->segment.removed || row->name != NULL)
		return;
	attachment = first_attachment(findings, row->object);
	if (attachment == NULL)
		findings_suspect(findings, check, 0, row);
	else
		findings_suspect(findings, check,
				 (uint64_t)findings->processes->items[attachment->process].pid << 1 |
					 (uint64_t)(attachment->key != 0),
				 row);
}

/* Another segment that was created with the key of one of them; its users and theirs share nothing. */
static const struct view_row *find_successor(struct findings *findings, const struct view_row *const *rows,
					     size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		const struct attachment *attachment = first_attachment(findings, rows[i]->object);

		for (size_t n = 0; attachment != NULL && attachment->key != 0 && n < findings->view->n_rows;
		     n++) {
			const struct view_row *other = &findings->view->rows[n];

			if (other->kind == KIPC_SEGMENT && other->object != NULL &&
			    other->object->key == attachment->key && other->object->segment.attached > 0)
				return other;
		}
	}
	return NULL;
}

static void conclude_removed(struct findings *findings, const struct check *check,
			     const struct view_row *const *rows, size_t n_rows)
{
	const struct attachment *attachment = first_attachment(findings, rows[0]->object);
	const struct process *process =
		attachment != NULL ? &findings->processes->items[attachment->process] : NULL;
	const struct view_row *successor = find_successor(findings, rows, n_rows);
	char buffer[VIEW_ADDRESS_MAX], other_buffer[VIEW_ADDRESS_MAX], size[GRAMMAR_SIZE_MAX], *holder,
		*which;
	const char *address = view_row_to_address(rows[0], buffer);
	const char *other = successor != NULL ? view_row_to_address(successor, other_buffer) : "";
	bool is_private = attachment != NULL && attachment->key == 0;
	uint64_t bytes = 0;

	if (is_private && n_rows < MANY_PRIVATE)
		return;
	for (size_t i = 0; i < n_rows; i++)
		bytes += rows[i]->object->segment.size;
	holder = process != NULL ? checks_process(process->pid)
				 : strdup("processes that cannot be seen from here");
	which = checks_rows(rows, n_rows);
	findings_add(findings,
		     successor != NULL		     ? SEVERITY_DANGER
		     : is_private || process == NULL ? SEVERITY_NOTICE
						     : SEVERITY_WARNING,
		     check, rows[0],
		     findings_text("%s in %zu %s (%s), removed but still attached by %s%s%s%s",
				   grammar_bytes_to_string(bytes, size), n_rows,
				   plural(n_rows, "segment", "segments"), which != NULL ? which : "?",
				   holder != NULL ? holder : "?",
				   is_private	       ? ""
				   : successor != NULL ? "; other programs have "
						       : "; programs that look up its key do not find it",
				   other,
				   successor != NULL
					   ? " attached, which has the same key and shares nothing with it"
					   : ""),
		     successor != NULL ? findings_text("kipcctl show %s %s", address, other)
				       : findings_text("kipcctl show %s", address));
	free(holder);
	free(which);
}

/* -- rings ------------------------------------------------------------------------------------------------------------ */

static void examine_ring(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct kipc_ring *ring = row->object != NULL ? ring_figures_get(row->ring) : NULL;
	char buffer[VIEW_ADDRESS_MAX], *command;
	const char *address = view_row_to_address(row, buffer);

	if (ring == NULL || ring->fault == KIPC_RING_SOUND)
		return;
	/* A reset works only while no process has it attached, and its contents are saved into a file first. */
	if (row->object->segment.attached == 0 && checks_can_manage(findings))
		command = findings_text(
			"(umask 077; set -C; kipcctl read --raw %s >%s-ring.bin) && kipcctl reset %s",
			address, row->name != NULL ? row->name : "segment", address);
	else
		command = findings_text("kipcctl show %s", address);
	findings_add(findings, SEVERITY_DANGER, check, row,
		     findings_text("it is broken: %s%s", kipc_ring_fault_to_string(ring->fault),
				   row->object->segment.attached > 0
					   ? "; once no process has it attached, 'kipcctl reset' repairs it"
					   : ""),
		     command);
}

const struct check segment_checks[] = {
	{ "orphan-segment", KIPC_SEGMENT, .examine_row = examine_orphan, .conclude = conclude_orphans },
	{ "removed-held", KIPC_SEGMENT, .examine_row = examine_removed, .conclude = conclude_removed },
	{ "broken-ring", KIPC_SEGMENT, .examine_row = examine_ring },
	{ NULL },
};
