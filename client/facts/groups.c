/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Adds up objects by owner, creator or attached process. Used by list, limits, top and metrics, which show different parts of the
 * sums.
 */

#include "client/facts/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/facts/look.h"

enum group_by groups_chosen(const struct invocation *invocation)
{
	const char *word = invocation->options->group_by;
	unsigned i = 0;

	if (word == NULL)
		return GROUP_BY_NOTHING;
	while (strcmp(options_groups[i], word) != 0)
		i++;
	return (enum group_by)(i + 1);
}

/* -- adding up ------------------------------------------------------------------------------------------------ */

/* The group with that number and name (NULL: no process), added if it is new; NULL: out of memory. */
static struct group_sum *find_group(struct groups *groups, uint64_t number, const char *name)
{
	struct group_sum *items;

	/* Search from the last group: neighbouring objects often belong to the same one. */
	for (size_t i = groups->n_items; i-- > 0;) {
		const char *other = groups->items[i].name;

		if (groups->items[i].number == number &&
		    (name == NULL || other == NULL ? name == other : strcmp(name, other) == 0))
			return &groups->items[i];
	}
	items = reallocarray(groups->items, groups->n_items + 1, sizeof *items);
	if (items == NULL)
		return NULL;
	groups->items = items;
	items[groups->n_items] = (struct group_sum){ .number = number };
	if (name != NULL) {
		items[groups->n_items].name = strdup(name);
		if (items[groups->n_items].name == NULL)
			return NULL;
	}
	return &items[groups->n_items++];
}

static void add_object(struct group_sum *group, const struct kipc_object *object, uint64_t attached)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	switch (object->kind) {
	case KIPC_QUEUE:
		group->queues++;
		group->messages += object->queue.messages;
		group->bytes += object->queue.bytes;
		break;
	case KIPC_SEGMENT:
		group->segments++;
		group->size += object->segment.size;
		group->pages += object->segment.size / page + (object->segment.size % page != 0);
		group->attached += attached;
		break;
	case KIPC_SEMAPHORE:
		group->semaphore_sets++;
		group->semaphores += object->semaphore.semaphores;
		break;
	}
}

static int add_to(struct groups *groups, uint64_t number, const char *name, const struct kipc_object *object,
		  uint64_t attached)
{
	struct group_sum *group = find_group(groups, number, name);

	if (group == NULL)
		return -ENOMEM;
	add_object(group, object, attached);
	return 0;
}

static int add_to_process(struct groups *groups, const struct process *process, bool is_by_command,
			  const struct kipc_object *object, uint64_t attached)
{
	char name[PROCESS_COMMAND_MAX + 16];

	if (is_by_command)
		return add_to(groups, 0, process->command, object, attached);
	snprintf(name, sizeof name, "%d %s", (int)process->pid, process->command);
	return add_to(groups, (uint64_t)process->pid, name, object, attached);
}

static int add_to_processes(struct groups *groups, const struct processes *processes, bool is_by_command,
			    const struct kipc_object *object)
{
	const struct attachment *attachments = NULL;
	uint64_t n_left = object->kind == KIPC_SEGMENT ? object->segment.attached : 0;
	size_t n = 0;
	int r = 0;

	if (object->kind == KIPC_SEGMENT)
		attachments = processes_attached(processes, object, &n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = add_to_process(groups, &processes->items[attachments[i].process], is_by_command, object,
				   attachments[i].n_mappings);
		n_left -= attachments[i].n_mappings < n_left ? attachments[i].n_mappings : n_left;
	}
	return r < 0 || (n > 0 && n_left == 0) ? r : add_to(groups, 0, NULL, object, n_left);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group_sum *one = a, *other = b;
	int r;

	if (one->name == NULL || other->name == NULL)
		return (one->name == NULL) - (other->name == NULL);
	r = strcmp(one->name, other->name);
	return r != 0 ? r : one->number < other->number ? -1 : one->number > other->number;
}

int groups_make(struct view *view, const struct view_row *const *rows, size_t n_rows, enum group_by by,
		bool is_by_command, struct groups *ret_groups)
{
	struct groups groups = { .by = by };
	struct accounts accounts = { 0 };
	int r = 0;

	if (by == GROUP_BY_PROCESS)
		r = look_at_rows(view, rows, n_rows, LOOK_AT_PROCESSES);
	for (size_t i = 0; r == 0 && i < n_rows; i++) {
		const struct kipc_object *object = rows[i]->object;
		uid_t uid;

		if (object == NULL)
			continue;
		uid = by == GROUP_BY_OWNER ? object->uid : object->cuid;
		if (by == GROUP_BY_PROCESS)
			r = add_to_processes(&groups, rows[i]->processes, is_by_command, object);
		else
			r = add_to(&groups, uid, accounts_user(&accounts, uid), object,
				   object->kind == KIPC_SEGMENT ? object->segment.attached : 0);
	}
	accounts_done(&accounts);
	if (r < 0) {
		groups_done(&groups);
		return r;
	}
	if (groups.n_items > 0)
		qsort(groups.items, groups.n_items, sizeof *groups.items, compare_groups);
	*ret_groups = groups;
	return 0;
}

void groups_done(struct groups *groups)
{
	for (size_t i = 0; i < groups->n_items; i++)
		free(groups->items[i].name);
	free(groups->items);
	*groups = (struct groups){ 0 };
}

/* -- as a table ------------------------------------------------------------------------------------------------- */

static void get_pid(const struct column *column, const void *row, struct value *value)
{
	value_set_number(value, VALUE_PID, ((const struct group_sum *)row)->number);
}

#define GROUP(member) column_get_member, COLUMN_MEMBER(struct group_sum, member)
#define NUMBER COLUMN_DEFAULT | COLUMN_RIGHT

/* clang-format off */
static const struct column columns_of_groups[] = {
	{ "owner", "OWNER", "user that owns them", COLUMN_DEFAULT | COLUMN_ELASTIC, GROUP(name), .type = VALUE_TEXT },
	{ "uid", "UID", "numeric id of that user", COLUMN_RIGHT, GROUP(number), .type = VALUE_NUMBER },
	{ "queues", "QUEUES", "number of queues", NUMBER, GROUP(queues), .type = VALUE_NUMBER },
	{ "messages", "MESSAGES", "messages in these queues", NUMBER, GROUP(messages), .type = VALUE_NUMBER },
	{ "bytes", "BYTES", "bytes of these messages", NUMBER, GROUP(bytes), .type = VALUE_SIZE },
	{ "segments", "SEGMENTS", "number of segments", NUMBER, GROUP(segments), .type = VALUE_NUMBER },
	{ "size", "SIZE", "bytes of these segments", NUMBER, GROUP(size), .type = VALUE_SIZE },
	{ "attached", "ATTACHED", "number of their mappings", NUMBER, GROUP(attached), .type = VALUE_NUMBER },
	{ "semaphore_sets", "SETS", "number of semaphore sets", NUMBER, GROUP(semaphore_sets), .type = VALUE_NUMBER },
	{ "semaphores", "SEMAPHORES", "semaphores in these sets", NUMBER, GROUP(semaphores), .type = VALUE_NUMBER },
};
/* clang-format on */
_Static_assert(sizeof columns_of_groups / sizeof *columns_of_groups == N_GROUP_COLUMNS, "all are copied");

void groups_columns(enum group_by by, struct column columns[static N_GROUP_COLUMNS])
{
	memcpy(columns, columns_of_groups, sizeof columns_of_groups);
	if (by == GROUP_BY_CREATOR) {
		columns[0].name = "creator";
		columns[0].heading = "CREATOR";
		columns[0].help = "user that created them";
		columns[1].name = "creator_uid";
		columns[1].heading = "CREATOR-UID";
	} else if (by == GROUP_BY_PROCESS) {
		columns[0].name = "process";
		columns[0].heading = "PROCESS";
		columns[0].help = "process that has segments attached; none: all other objects";
		columns[1].name = "pid";
		columns[1].heading = "PID";
		columns[1].help = "process id";
		columns[1].get = get_pid;
	}
}
