/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_FINDINGS_H
#define KIPC_CLIENT_DOCTOR_FINDINGS_H

/*
 * What is wrong, or soon will be: found by tables of checks, each a function of what was collected once. `doctor` prints
 * all findings, `show` those of its channel, `metrics` how many there are.
 *
 * The commands are safe to paste as they stand: none destroys data, ends a process or shuts one out on a guess. Where no cure is
 * safe, the command shows more instead.
 */

#include "client/facts/alive.h"
#include "client/facts/living-users.h"
#include "client/facts/processes.h"
#include "client/facts/view.h"
#include "client/table/accounts.h"

enum severity {
	SEVERITY_NOTICE = 0, /* to be known */
	SEVERITY_WARNING,    /* will become trouble, or is untidy */
	SEVERITY_DANGER,     /* something stands still, or data or access is at risk */
	N_SEVERITIES,
};

/* "notice", "warning", "danger" */
extern const char *const severity_words[];

struct finding {
	enum severity severity;
	const char *check;	    /* its word in the table */
	const struct view_row *row; /* the first row that it is about; NULL: the machine */
	char *evidence;
	char *command; /* mends it, or shows more of it; NULL: there is no such command */
};

struct check;
struct registries;
struct suspect;
struct units;

struct findings {
	/* What the checks look at; the caller's. */
	struct view *view;
	const struct processes *processes;
	const struct kipc_limits *limits;
	const char *root; /* in front of the paths of files and /proc; "" but for tests */
	struct accounts *accounts;
	const struct invocation *invocation; /* whose options are said again in each command; NULL: none */
	int64_t now;			     /* seconds since the epoch, when everything was looked at */

	struct finding *items;
	size_t n_items;
	bool failed; /* out of memory: some are missing */

	/* Rows that a check suspects, until findings_conclude() makes one finding of those with the same culprit. */
	struct suspect *suspects;
	size_t n_suspects;

	/* Looked for when a check first asks. */
	struct living_users living_users; /* empty where that is not known */
	bool has_living_users;
	struct units *units; /* of consumers */
	struct registries *registries;
	struct alive_facts alive;
	bool has_alive;
};

/* Runs the checks of one channel or object. */
void findings_examine_row(struct findings *findings, const struct view_row *row);

/* Runs the checks of the machine. */
void findings_examine_machine(struct findings *findings);

/* Everything: all rows, the machine, and findings_conclude(). */
void findings_examine_all(struct findings *findings);

/* One finding a culprit; the most dangerous first. Until then what is suspected is not among the items. */
void findings_conclude(struct findings *findings);
void findings_done(struct findings *findings);

/* For checks: adds one, and takes both texts over (evidence NULL: out of memory). */
void findings_add(struct findings *findings, enum severity severity, const struct check *check,
		  const struct view_row *row, char *evidence, char *command);

/* For checks: all rows that one of them suspects for the same culprit (any number that means one) become one finding. */
void findings_suspect(struct findings *findings, const struct check *check, uint64_t culprit,
		      const struct view_row *row);

/* A text of its own; NULL when out of memory. */
char *findings_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A check has examine_row (and conclude, where it suspects rows) or examine_machine. */
struct check {
	const char *name, *help;
	unsigned kinds; /* enum kipc_kind; 0: of the machine */
	void (*examine_row)(struct findings *findings, const struct check *check, const struct view_row *row);
	void (*conclude)(struct findings *findings, const struct check *check,
			 const struct view_row *const *rows, size_t n_rows);
	void (*examine_machine)(struct findings *findings, const struct check *check);
};

/* The tables, each with the checks of one file and closed by a row without a name; and all tables, closed by NULL. */
extern const struct check queue_checks[], segment_checks[], semaphore_checks[], leak_checks[],
	channel_checks[], access_checks[], daemon_checks[], limit_checks[], machine_checks[];
extern const struct check *const check_tables[];

#endif
