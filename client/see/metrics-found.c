/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The figures of `kipcctl metrics` that are not in the view: the findings of doctor, the units of consumers, the owners of objects.
 * The number of series is bounded by the checks, by the consumers, and by OWNERS_MAX.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/doctor/findings.h"
#include "client/facts/units.h"
#include "client/see/metrics.h"

#define OWNERS_MAX 50 /* that have their own series for each kind; all others share one */

/* -- findings --------------------------------------------------------------------------------------------------- */

static size_t count_findings(const struct findings *findings, const char *check, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n_items; i++)
		n += findings->items[i].severity == severity && strcmp(findings->items[i].check, check) == 0;
	return n;
}

/* All of them, even if there are none: an alert can tell when one goes away. */
static void write_findings(struct metrics *metrics, const struct findings *findings)
{
	metrics_write_head(metrics, "findings", "gauge", "Findings of 'kipcctl doctor'.");
	for (const struct check *const *table = check_tables; *table != NULL; table++)
		for (const struct check *check = *table; check->name != NULL; check++)
			for (int severity = 0; severity < N_SEVERITIES; severity++)
				fprintf(metrics->out, "kipc_findings{severity=\"%s\",finding=\"%s\"} %zu\n",
					severity_words[severity], check->name,
					count_findings(findings, check->name, (enum severity)severity));
}

/* -- consumers --------------------------------------------------------------------------------------------------- */

static const char *const unit_states[] = { "active",	 "reloading",	 "inactive", "failed",
					   "activating", "deactivating", NULL };

static void write_unit(struct metrics *metrics, const struct unit *unit)
{
	for (const char *const *state = unit_states; *state != NULL; state++)
		fprintf(metrics->out, "kipc_consumer_state{channel=\"%s\",unit=\"%s\",state=\"%s\"} %d\n",
			unit->channel, unit->is_path ? "path" : "service", *state,
			strcmp(unit->state, *state) == 0);
}

static void write_consumers(struct metrics *metrics, const struct units *units)
{
	metrics_write_head(metrics, "consumer_state", "gauge",
			   "1 for the state of kipc-consume@CHANNEL in systemd, 0 for all others.");
	for (size_t i = 0; i < units->n_items; i++)
		write_unit(metrics, &units->items[i]);
	metrics_write_head(metrics, "consumer_retries", "gauge",
			   "1 while systemd waits before it restarts a failed consumer.");
	for (size_t i = 0; i < units->n_items; i++)
		if (!units->items[i].is_path)
			fprintf(metrics->out, "kipc_consumer_retries{channel=\"%s\"} %d\n",
				units->items[i].channel, strcmp(units->items[i].detail, "auto-restart") == 0);
}

/* -- owners -------------------------------------------------------------------------------------------------------- */

struct owner {
	uid_t uid;
	uint64_t objects[N_CHANNEL_KINDS];
};

static uint64_t sum(const struct owner *owner)
{
	return owner->objects[0] + owner->objects[1] + owner->objects[2];
}

static int compare_uids(const void *a, const void *b)
{
	uid_t one = ((const struct owner *)a)->uid, other = ((const struct owner *)b)->uid;

	return one < other ? -1 : one > other;
}

static int compare_sums(const void *a, const void *b)
{
	uint64_t one = sum(a), other = sum(b);

	return one > other ? -1 : one < other ? 1 : compare_uids(a, b);
}

/* Turns one entry for each object into one for each owner, the largest first. Returns how many. */
static size_t count_owners(const struct view *view, struct owner *owners)
{
	size_t n = 0, n_left = 0;

	for (size_t i = 0; i < view->n_rows; i++) {
		const struct kipc_object *object = view->rows[i].object;

		if (object == NULL)
			continue;
		owners[n] = (struct owner){ .uid = object->uid };
		owners[n].objects[channel_kind_index(object->kind)] = 1;
		n++;
	}
	if (n == 0)
		return 0;
	qsort(owners, n, sizeof *owners, compare_uids);
	for (size_t i = 0; i < n; i++)
		if (n_left > 0 && owners[n_left - 1].uid == owners[i].uid)
			for (size_t k = 0; k < N_CHANNEL_KINDS; k++)
				owners[n_left - 1].objects[k] += owners[i].objects[k];
		else
			owners[n_left++] = owners[i];
	qsort(owners, n_left, sizeof *owners, compare_sums);
	return n_left;
}

static void write_owner(struct metrics *metrics, const char *name, const struct owner *owner)
{
	for (size_t k = 0; k < N_CHANNEL_KINDS; k++) {
		fputs("kipc_objects{", metrics->out);
		metrics_write_label(metrics, "owner", name);
		fprintf(metrics->out, ",kind=\"%s\"} %llu\n", channel_kinds[k],
			(unsigned long long)owner->objects[k]);
	}
}

static int write_owners(struct metrics *metrics, struct accounts *accounts)
{
	struct owner *owners = calloc(metrics->view->n_rows + 1, sizeof *owners), others = { 0 };
	size_t n;

	if (owners == NULL)
		return -ENOMEM;
	n = count_owners(metrics->view, owners);
	metrics_write_head(metrics, "objects", "gauge", "Objects in the kernel, by owner.");
	for (size_t i = 0; i < n && i < OWNERS_MAX; i++)
		write_owner(metrics, accounts_user(accounts, owners[i].uid), &owners[i]);
	for (size_t i = OWNERS_MAX; i < n; i++)
		for (size_t k = 0; k < N_CHANNEL_KINDS; k++)
			others.objects[k] += owners[i].objects[k];
	if (n > OWNERS_MAX)
		write_owner(metrics, "", &others);
	free(owners);
	return 0;
}

/* -- all of it ------------------------------------------------------------------------------------------------------ */

int metrics_write_found(struct metrics *metrics)
{
	CLEANUP_ACCOUNTS struct accounts accounts = { 0 };
	CLEANUP_FINDINGS struct findings findings = {
		.view = metrics->view,
		.processes = &metrics->processes,
		.limits = &metrics->limits,
		.root = "",
		.accounts = &accounts,
		.invocation = metrics->invocation,
		.now = time(NULL),
	};
	int r = units_new(&findings.units);

	if (r == 0) {
		findings_examine_all(&findings);
		write_findings(metrics, &findings);
		write_consumers(metrics, findings.units);
		r = findings.failed ? -ENOMEM : write_owners(metrics, &accounts);
	}
	return r;
}
