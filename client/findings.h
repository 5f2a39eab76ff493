/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FINDINGS_H
#define KIPC_CLIENT_FINDINGS_H

/*
 * What is wrong, or soon will be: found by a table of checks, each a function of what was collected once. `doctor` prints
 * all findings, `show` those of its channel.
 */

#include "client/accounts.h"
#include "client/processes.h"
#include "client/view.h"

enum severity {
	SEVERITY_NOTICE = 0, /* to be known */
	SEVERITY_WARNING,    /* will become trouble, or is untidy */
	SEVERITY_DANGER,     /* something stands still, or data or access is at risk */
};

/* "notice", "warning", "danger" */
extern const char *const severity_words[];

struct finding {
	enum severity severity;
	const char *check;	    /* its word in the table */
	const struct view_row *row; /* NULL: the machine */
	char *evidence;
	char *command; /* what mends it; NULL: nothing that could be typed */
};

struct findings {
	/* What the checks look at; the caller's. */
	struct view *view;
	const struct processes *processes;
	const struct kipc_limits *limits;
	const char *root; /* in front of the paths of files and /proc; "" but for tests */
	struct accounts *accounts;
	const struct options *options; /* said again in each command; NULL: none */

	struct finding *items;
	size_t n_items;
	bool failed; /* out of memory: some are missing */
};

/* Runs the checks of one channel or object. */
void findings_examine_row(struct findings *findings, const struct view_row *row);

/* Runs the checks of the machine. */
void findings_examine_machine(struct findings *findings);

/* The most dangerous first. */
void findings_sort(struct findings *findings);
void findings_done(struct findings *findings);

/* For checks: adds one, and takes both texts over (evidence NULL: out of memory). */
void findings_add(struct findings *findings, enum severity severity, const char *check,
		  const struct view_row *row, char *evidence, char *command);

/* A text of its own; NULL when out of memory. */
char *findings_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The checks, for those who list them. */
struct check {
	const char *name, *help;
	unsigned kinds; /* enum kipc_kind; 0: of the machine */
	union {
		void (*of_row)(struct findings *findings, const char *check, const struct view_row *row);
		void (*of_machine)(struct findings *findings, const char *check);
	};
};
extern const struct check row_checks[], machine_checks[];
extern const size_t n_row_checks, n_machine_checks;

#endif
