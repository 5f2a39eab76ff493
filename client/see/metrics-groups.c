/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The sums of `kipcctl metrics --group-by=`. The number of series is bounded by GROUPS_MAX: the largest groups have their own, all
 * others share one.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/see/metrics.h"

#define GROUPS_MAX 50

static const struct group_metric {
	const char *name, *help, *kind;
	size_t offset;
} group_metrics[] = {
	{ "group_objects", "Objects of a group, by kind.", "queue", offsetof(struct group_sum, queues) },
	{ "group_objects", NULL, "segment", offsetof(struct group_sum, segments) },
	{ "group_objects", NULL, "semaphore", offsetof(struct group_sum, semaphore_sets) },
	{ "group_queue_messages", "Messages in its queues.", NULL, offsetof(struct group_sum, messages) },
	{ "group_queue_bytes", "Bytes of these messages.", NULL, offsetof(struct group_sum, bytes) },
	{ "group_segment_size_bytes", "Bytes of its segments.", NULL, offsetof(struct group_sum, size) },
	{ "group_segment_attached", "Mappings of its segments.", NULL, offsetof(struct group_sum, attached) },
};

/* By owner, creator, or the name of processes, never by their numbers. */
static void write_groups(struct metrics *metrics, const struct groups *groups)
{
	for (size_t i = 0; i < sizeof group_metrics / sizeof *group_metrics; i++) {
		const struct group_metric *metric = &group_metrics[i];

		if (metric->help != NULL)
			metrics_write_head(metrics, metric->name, "gauge", metric->help);
		for (size_t g = 0; g < groups->n_items; g++) {
			const struct group_sum *group = &groups->items[g];
			uint64_t figure;

			memcpy(&figure, (const char *)group + metric->offset, sizeof figure);
			fprintf(metrics->out, "kipc_%s{", metric->name);
			metrics_write_label(metrics, options_groups[groups->by - 1],
					    group->name != NULL ? group->name : "");
			if (metric->kind != NULL)
				fprintf(metrics->out, ",kind=\"%s\"", metric->kind);
			fprintf(metrics->out, "} %llu\n", (unsigned long long)figure);
		}
	}
}

static uint64_t count_objects(const struct group_sum *group)
{
	return group->queues + group->segments + group->semaphore_sets;
}

/* The largest group first, the one without a name last. */
static int compare_groups(const void *a, const void *b)
{
	const struct group_sum *one = a, *other = b;
	uint64_t n = count_objects(one), n_other = count_objects(other);

	if (one->name == NULL || other->name == NULL)
		return (one->name == NULL) - (other->name == NULL);
	return n > n_other ? -1 : n < n_other ? 1 : strcmp(one->name, other->name);
}

static void join_small_groups(struct groups *groups)
{
	struct group_sum *rest = groups->items + GROUPS_MAX;

	if (groups->n_items <= GROUPS_MAX)
		return;
	qsort(groups->items, groups->n_items, sizeof *groups->items, compare_groups);
	for (size_t i = GROUPS_MAX; i < groups->n_items; i++) {
		free(groups->items[i].name);
		groups->items[i].name = NULL;
	}
	for (const struct group_sum *group = rest + 1; group < groups->items + groups->n_items; group++) {
		rest->queues += group->queues;
		rest->segments += group->segments;
		rest->semaphore_sets += group->semaphore_sets;
		rest->messages += group->messages;
		rest->bytes += group->bytes;
		rest->size += group->size;
		rest->attached += group->attached;
	}
	groups->n_items = GROUPS_MAX + 1;
}

int metrics_write_groups(struct metrics *metrics)
{
	const struct view_row **rows;
	struct groups groups = { 0 };
	int r;

	if (metrics->by == GROUP_BY_NOTHING)
		return 0;
	rows = calloc(metrics->view->n_rows + 1, sizeof(struct view_row *));
	for (size_t i = 0; rows != NULL && i < metrics->view->n_rows; i++)
		rows[i] = &metrics->view->rows[i];
	r = rows == NULL
		    ? -ENOMEM
		    : groups_make(metrics->view, rows, metrics->view->n_rows, metrics->by, true, &groups);
	if (r == 0) {
		join_small_groups(&groups);
		write_groups(metrics, &groups);
	}
	groups_done(&groups);
	free(rows);
	return r;
}
