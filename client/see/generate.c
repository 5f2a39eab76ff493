/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl generate: a first configuration for the objects that are in the kernel now. All of them are only observed, so kipcd can
 * read it without changing any; comments above each section describe the object and its users. The result is valid whatever
 * processes call themselves: comments are escaped, and cut to the maximum length of a line.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/facts/processes.h"
#include "client/facts/view-note.h"
#include "client/facts/view.h"
#include "client/table/table.h"
#include "common/grammar.h"
#include "common/plural.h"

#define LINE_MAX_BYTES 190 /* kipcd.conf(5) */

struct generate {
	const struct invocation *invocation;
	struct view *view;
	struct processes processes;
	struct value_style style;

	FILE *out;
	char *comment; /* the line that is being written */
	size_t comment_size;
	FILE *line;
};

/* -- comments -------------------------------------------------------------------------------------------- */

/* A line that begins with '#', cut if it is too long, but never within a character. */
static void end_comment(struct generate *generate)
{
	size_t n;

	fflush(generate->line);
	n = generate->comment_size;
	if (n > LINE_MAX_BYTES) {
		n = LINE_MAX_BYTES;
		while ((generate->comment[n] & 0xC0) == 0x80)
			n--;
	}
	fprintf(generate->out, "# %.*s%s\n", (int)n, generate->comment,
		n < generate->comment_size ? "…" : "");
	rewind(generate->line);
}

static __attribute__((format(printf, 2, 3))) void comment(struct generate *generate, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(generate->line, format, arguments);
	va_end(arguments);
	end_comment(generate);
}

static void print_time(struct generate *generate, int64_t seconds)
{
	struct value value = { 0 };
	char buffer[VALUE_TEXT_MAX];

	value_set_number(&value, VALUE_TIME, (uint64_t)seconds);
	fputs(seconds != 0 ? value_to_string(&value, &generate->style, buffer) : "never", generate->line);
}

/* "last sent 2026-11-24 16:40:00 by 1234 billing (billing.service)" */
static void comment_deed(struct generate *generate, const char *deed, int64_t seconds, pid_t pid)
{
	if (seconds == 0) {
		comment(generate, "  %s: never", deed);
		return;
	}
	fprintf(generate->line, "  %s: ", deed);
	print_time(generate, seconds);
	if (pid > 0) {
		fputs(", ", generate->line);
		process_print_pid(generate->line, pid);
	}
	end_comment(generate);
}

/* -- an object and its users -------------------------------------------------------------------------------- */

static void comment_use(struct generate *generate, const struct kipc_object *object)
{
	char size[GRAMMAR_SIZE_MAX];

	switch (object->kind) {
	case KIPC_QUEUE:
		comment(generate, "  %llu %s (%llu %s)", (unsigned long long)object->queue.messages,
			plural(object->queue.messages, "message", "messages"),
			(unsigned long long)object->queue.bytes,
			plural(object->queue.bytes, "byte", "bytes"));
		comment_deed(generate, "last sent", object->queue.stime, object->queue.lspid);
		comment_deed(generate, "last received", object->queue.rtime, object->queue.lrpid);
		break;
	case KIPC_SEGMENT:
		comment(generate, "  %s, attached %llu %s%s",
			grammar_bytes_to_string(object->segment.size, size),
			(unsigned long long)object->segment.attached,
			plural(object->segment.attached, "time", "times"),
			object->segment.removed ? ", removed: it disappears when the last process detaches it"
						: "");
		comment_deed(generate, "created", object->ctime, object->segment.cpid);
		comment_deed(generate, "last attached", object->segment.atime, object->segment.lpid);
		break;
	case KIPC_SEMAPHORE:
		comment(generate, "  %llu %s", (unsigned long long)object->semaphore.semaphores,
			plural(object->semaphore.semaphores, "semaphore", "semaphores"));
		comment_deed(generate, "last operation", object->semaphore.otime, 0);
		break;
	}
}

static void comment_users(struct generate *generate, const struct view_row *row)
{
	const struct processes *processes = &generate->processes;
	const struct attachment *attachments = NULL;
	const struct blocked *blocked;
	size_t n_attachments = 0, n_blocked;

	if (row->kind == KIPC_SEGMENT)
		attachments = processes_attached(processes, row->object, &n_attachments);
	for (size_t i = 0; i < n_attachments; i++) {
		const struct process *process = &processes->items[attachments[i].process];

		fputs("  attached by ", generate->line);
		process_print(generate->line, process->pid, process->command, process->unit);
		fputs(attachments[i].can_write ? ", read-write" : ", read-only", generate->line);
		end_comment(generate);
	}
	blocked = processes_blocked(processes, row->kind, row->id, &n_blocked);
	if (row->kind == KIPC_SEGMENT)
		n_blocked = 0; /* a foreign segment is not attached to see whether it is a ring */
	for (size_t i = 0; i < n_blocked; i++) {
		const struct process *process = &processes->items[blocked[i].process];

		fputs("  waiting: ", generate->line);
		process_print(generate->line, process->pid, process->command, process->unit);
		fprintf(generate->line, ", to %s", blocked_operation_to_string(blocked[i].operation));
		end_comment(generate);
	}
}

/* -- sections ---------------------------------------------------------------------------------------------- */

/* With a unit if that is exact, otherwise in bytes. */
static const char *exact_size(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX])
{
	uint64_t read;

	if (grammar_size_from_string(grammar_size_to_string(bytes, buffer), &read) < 0 || read != bytes)
		snprintf(buffer, GRAMMAR_SIZE_MAX, "%llu", (unsigned long long)bytes);
	return buffer;
}

/* The values now, if they can be read. */
static void comment_values(struct generate *generate, const struct kipc_object *object)
{
	struct kipc_semaphore *semaphores = NULL;
	size_t n = 0;

	if (kipc_object_semaphores(object->id, &semaphores, &n) < 0)
		n = object->semaphore.semaphores;
	fputs("values = ", generate->line);
	for (size_t i = 0; i < n; i++)
		fprintf(generate->line, "%s%d", i == 0 ? "" : ",",
			semaphores != NULL ? semaphores[i].value : 0);
	end_comment(generate);
	free(semaphores);
}

static void comment_keys(struct generate *generate, const struct kipc_object *object)
{
	struct accounts *accounts = &generate->style.accounts;
	char size[GRAMMAR_SIZE_MAX];

	comment(generate, "owner = %s", accounts_user(accounts, object->uid));
	comment(generate, "group = %s", accounts_group(accounts, object->gid));
	comment(generate, "mode = %04o", (unsigned)object->mode);
	if (object->kind == KIPC_QUEUE)
		comment(generate, "capacity = %s", exact_size(object->queue.capacity, size));
	if (object->kind == KIPC_SEGMENT)
		comment(generate, "size = %s", exact_size(object->segment.size, size));
	if (object->kind == KIPC_SEMAPHORE)
		comment_values(generate, object);
}

static void write_section(struct generate *generate, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	struct accounts *accounts = &generate->style.accounts;
	const char *kind = kipc_kind_to_string(row->kind);

	putc('\n', generate->out);
	fprintf(generate->line, "%s:@%d, created by %s", kind, row->id,
		accounts_user(accounts, object->cuid));
	fputs(", last changed ", generate->line);
	print_time(generate, object->ctime);
	end_comment(generate);
	comment_use(generate, object);
	comment_users(generate, row);
	if (object->key == 0) {
		comment(generate, "It has no key, so neither kipcd nor another program can find it.");
		return;
	}
	fprintf(generate->out, "[%s %s-%x]\nkey = 0x%08x\nmanage = observe\n", kind, kind,
		(unsigned)object->key, (unsigned)object->key);
	comment_keys(generate, object);
}

static void write_head(struct generate *generate)
{
	size_t n_named = 0;

	for (size_t i = 0; i < generate->view->n_named; i++)
		n_named += generate->view->rows[i].object != NULL;
	fputs("Written by kipcctl generate, ", generate->line);
	print_time(generate, time(NULL));
	fputs(": the objects in the kernel that have no name yet.", generate->line);
	end_comment(generate);
	fputs("# Give the sections better names; \"kipcctl check FILE\" checks the file.\n"
	      "# All objects are observed: kipcd names, shows and measures them, and never changes them. To\n"
	      "# hand one to kipcd, run \"kipcctl adopt KIND:KEY NAME\" with the name of its section. Or, if "
	      "its\n"
	      "# programs can start with a new object, delete the line \"manage = observe\" and uncomment "
	      "the\n"
	      "# keys below it.\n",
	      generate->out);
	if (n_named > 0)
		comment(generate, "%zu %s already named and left out.", n_named,
			plural(n_named, "object is", "objects are"));
	if (generate->processes.has_hidden)
		comment(generate, "Processes may be missing below: /proc hides those of other users here "
				  "(hidepid=); root "
				  "(CAP_SYS_PTRACE) can see them.");
	else if (generate->processes.n_unseen > 0)
		comment(generate,
			"Processes may be missing below: %zu could not be examined; root (CAP_SYS_PTRACE) "
			"can see %s.",
			generate->processes.n_unseen, plural(generate->processes.n_unseen, "it", "them"));
}

static int collect(struct generate *generate)
{
	int r;

	r = view_read(generate->invocation, &generate->view);
	if (r == 0)
		r = processes_read(&generate->processes);
	if (r == 0) {
		generate->line = open_memstream(&generate->comment, &generate->comment_size);
		r = generate->line == NULL ? -ENOMEM : 0;
	}
	return r;
}

static void generate_done(struct generate *generate)
{
	if (generate->line != NULL)
		fclose(generate->line);
	free(generate->comment);
	processes_done(&generate->processes);
	view_free(generate->view);
	accounts_done(&generate->style.accounts);
}

enum status command_generate(const struct invocation *invocation)
{
	__attribute__((cleanup(generate_done))) struct generate generate = { .invocation = invocation,
									     .out = stdout };
	int r;

	r = collect(&generate);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	view_note(invocation, generate.view);
	write_head(&generate);
	for (size_t i = generate.view->n_named; i < generate.view->n_rows; i++)
		write_section(&generate, &generate.view->rows[i]);
	return STATUS_DONE;
}
