/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_GROUPS_H
#define KIPC_CLIENT_FACTS_GROUPS_H

/* The sums over all objects of one owner, creator or process: for --group-by. */

#include "client/facts/view.h"
#include "client/table/table.h"

enum group_by {
	GROUP_BY_NOTHING = 0,
	GROUP_BY_OWNER,
	GROUP_BY_CREATOR,
	GROUP_BY_PROCESS, /* that has a segment attached */
};

/* What --group-by says. The enum is in the order of options_groups, from 1 on. */
enum group_by groups_chosen(const struct invocation *invocation);

struct group_sum {
	char *name;	 /* a user, "4711 postgres", or NULL: no visible process */
	uint64_t number; /* uid or pid */
	uint64_t queues, segments, semaphore_sets, semaphores;
	uint64_t messages, bytes; /* on queues */
	uint64_t size, pages;	  /* of segments */
	uint64_t attached;
};

struct groups {
	enum group_by by;
	struct group_sum *items; /* by name; the one without a name last */
	size_t n_items;
};

/*
 * Adds up n rows of a view. A segment counts for each process that has it attached, and also for the group without a name if
 * some of its mappings belong to no visible process. is_by_command: processes with the same name are one group. -ENOMEM; errors
 * of opening /proc.
 */
int groups_make(struct view *view, const struct view_row *const *rows, size_t n_rows, enum group_by by,
		bool is_by_command, struct groups *ret_groups);
void groups_done(struct groups *groups);

/* The columns of groups; the names of the first two depend on what is grouped by. */
#define N_GROUP_COLUMNS 10
void groups_columns(enum group_by by, struct column columns[static N_GROUP_COLUMNS]);

#endif
