/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_FINDINGS_H
#define KIPC_CLIENT_DOCTOR_FINDINGS_H

/*
 * What is wrong, or soon will be: found by tables of checks, each a function of what was collected once. `doctor` prints
 * all findings, `show` those of its channel, `metrics` their number.
 *
 * The commands are safe to paste: none destroys data, ends a process or shuts one out on a guess. If no fix is safe, the command
 * only shows more.
 */

#include "client/facts/alive.h"
#include "client/facts/living-users.h"
#include "client/facts/processes.h"
#include "client/facts/view.h"
#include "client/table/accounts.h"

enum severity {
	SEVERITY_NOTICE = 0, /* good to know */
	SEVERITY_WARNING,    /* will become trouble, or is untidy */
	SEVERITY_DANGER,     /* something is stuck, or data or access is at risk */
	N_SEVERITIES,
};

/* "notice", "warning", "danger" */
extern const char *const severity_words[];

struct finding {
	enum severity severity;
	const char *check;	    /* its word in the table */
	const struct view_row *row; /* the first row that it is about; NULL: the machine */
	char *evidence;
	char *command; /* fixes it, or shows more of it; NULL: none */
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
	const char *root; /* in front of the paths of files and /proc; "" except in tests */
	struct accounts *accounts;
	const struct invocation *invocation; /* its options are repeated in each command; NULL: none */
	int64_t now;			     /* seconds since the epoch, when all this was collected */

	struct finding *items;
	size_t n_items;
	bool failed; /* out of memory: some are missing */

	/* Rows that a check suspects, until findings_conclude() makes one finding of all with the same culprit. */
	struct suspect *suspects;
	size_t n_suspects;

	/* Collected when a check first asks. */
	struct living_users living_users; /* empty: unknown */
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

/* Makes one finding for each culprit, and sorts all of them, the most dangerous first. */
void findings_conclude(struct findings *findings);
void findings_done(struct findings *findings);

#define CLEANUP_FINDINGS __attribute__((cleanup(findings_done)))

/* For checks: adds a finding, and takes both strings over (evidence NULL: out of memory). */
void findings_add(struct findings *findings, enum severity severity, const struct check *check,
		  const struct view_row *row, char *evidence, char *command);

/* For checks: all rows that a check suspects for the same culprit (any number that identifies one) become one finding. */
void findings_suspect(struct findings *findings, const struct check *check, uint64_t culprit,
		      const struct view_row *row);

/* A new string; NULL: out of memory. */
char *findings_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A check has examine_row (and conclude, where it suspects rows) or examine_machine. */
struct check {
	const char *name;
	unsigned kinds; /* enum kipc_kind; 0: of the machine */
	void (*examine_row)(struct findings *findings, const struct check *check, const struct view_row *row);
	void (*conclude)(struct findings *findings, const struct check *check,
			 const struct view_row *const *rows, size_t n_rows);
	void (*examine_machine)(struct findings *findings, const struct check *check);
};

/* The tables, each with the checks of one file, closed by a row without a name; and all tables, closed by NULL. */
extern const struct check queue_checks[], segment_checks[], semaphore_checks[], leak_checks[],
	channel_checks[], access_checks[], daemon_checks[], limit_checks[], machine_checks[];
extern const struct check *const check_tables[];

#endif
