/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the processes do with the object, and how much of that cannot be seen. Commands and units are escaped. */

#include "client/see/card-users.h"

#include "common/plural.h"

static void print_attachment(const struct card_line *line, const struct attachment *attachment)
{
	const struct process *process = &line->card->processes->items[attachment->process];

	card_line_label(line, "attached by");
	process_print(line->out, process->pid, process->command, process->unit);
	fputs(attachment->can_write ? ", read-write" : ", read-only", line->out);
	if (attachment->n_mappings > 1)
		fprintf(line->out, ", %u times", attachment->n_mappings);
	if (process->is_elsewhere)
		fputs(", apparently from another IPC namespace", line->out);
	putc('\n', line->out);
}

void card_users_attached(const struct card_line *line)
{
	const struct kipc_object *object = line->card->row->object;
	const struct attachment *attachments;
	uint64_t n_mappings = 0;
	size_t n;

	if (line->card->processes == NULL || object->kind != KIPC_SEGMENT || object->segment.attached == 0)
		return;
	attachments = processes_attached(line->card->processes, object, &n);
	for (size_t i = 0; i < n; i++) {
		print_attachment(line, &attachments[i]);
		n_mappings += attachments[i].n_mappings;
	}
	if (n_mappings >= object->segment.attached)
		return;
	card_line_label(line, "attached by");
	fprintf(line->out, "not visible: %llu of %llu %s; root (CAP_SYS_PTRACE) can see them\n",
		(unsigned long long)(object->segment.attached - n_mappings),
		(unsigned long long)object->segment.attached,
		plural(object->segment.attached, "mapping", "mappings"));
}

static void print_wish(const struct card_line *line, const struct blocked *blocked)
{
	if (blocked->operation == BLOCKED_OPERATE && blocked->semaphore >= 0 && blocked->change == 0)
		fprintf(line->out, " on semaphore[%d], until it is 0", blocked->semaphore);
	else if (blocked->operation == BLOCKED_OPERATE && blocked->semaphore >= 0)
		fprintf(line->out, " on semaphore[%d], by %+d", blocked->semaphore, blocked->change);
	if (!blocked->has_type || (blocked->operation != BLOCKED_SEND && blocked->type == 0))
		return;
	if (blocked->type < 0)
		fprintf(line->out, ", type %lu or lower", 0UL - (unsigned long)blocked->type);
	else
		fprintf(line->out, ", %stype %ld", blocked->not_type ? "not " : "", blocked->type);
}

void card_users_blocked(const struct card_line *line)
{
	const struct card *card = line->card;
	const struct kipc_object *object = card->row->object;
	const struct blocked *blocked;
	size_t n;

	if (card->processes == NULL || (object->kind == KIPC_SEGMENT && card->row->ring == NULL))
		return;
	blocked = processes_blocked(card->processes, object->kind, object->id, &n);
	for (size_t i = 0; i < n; i++) {
		const struct process *process = &card->processes->items[blocked[i].process];

		card_line_label(line, "blocked");
		process_print(line->out, process->pid, process->command, process->unit);
		if (blocked[i].operation == BLOCKED_NOTICE)
			fputs(" waits for a message to arrive, without taking it", line->out);
		else
			fprintf(line->out, " waits to %s", blocked_operation_to_string(blocked[i].operation));
		print_wish(line, &blocked[i]);
		if (blocked[i].tid != blocked[i].pid)
			fprintf(line->out, " (thread %d)", (int)blocked[i].tid);
		if (blocked[i].is_stopped)
			fputs(", but is stopped", line->out);
		putc('\n', line->out);
	}
	if (n == 0 && card->processes->n_unseen == 0 && !card->processes->has_hidden) {
		card_line_label(line, "blocked");
		fputs("none\n", line->out);
	}
	if (card->processes->has_hidden) {
		card_line_label(line, "blocked");
		fputs("not visible: /proc hides other users' processes here (hidepid=, or it is not "
		      "mounted); "
		      "root (CAP_SYS_PTRACE) can see them\n",
		      line->out);
	} else if (card->processes->n_unseen > 0) {
		card_line_label(line, "blocked");
		fprintf(line->out, "not visible: %zu %s that only root (CAP_SYS_PTRACE) can examine\n",
			card->processes->n_unseen, plural(card->processes->n_unseen, "process", "processes"));
	}
}
