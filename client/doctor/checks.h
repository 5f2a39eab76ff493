/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_CHECKS_H
#define KIPC_CLIENT_DOCTOR_CHECKS_H

/* Text and facts that several files of checks need. */

#include "client/doctor/findings.h"
#include "client/doctor/sweep-judge.h"
#include "client/table/value.h"

#define CHECKS_PAUSE (60)     /* seconds that a reader which is restarted may take to come back */
#define CHECKS_STUCK (5 * 60) /* seconds without a receive, for a reader that runs while its queue is full */
#define CHECKS_IDLE                                                                                          \
	(24 * 60 * 60)	      /* seconds without any use, before an unused object counts as left behind */
#define CHECKS_IDLE_TEXT "1d" /* the same, in commands */

/* -- text -- */

/* "2026-11-24 16:40:00", or "never" */
const char *checks_time(int64_t seconds, char buffer[static VALUE_TEXT_MAX]);

/* "1234 postgres (postgresql.service)"; freed by the caller. */
char *checks_process(pid_t pid);

/*
 * The first few processes that are blocked in one operation, and how many there are; freed by the caller. A stopped process does
 * not count: it would take no message.
 */
char *checks_blocked(const struct findings *findings, const struct view_row *row,
		     enum blocked_operation operation, size_t *ret_n);

/* "queue:@5", or "queue:@5, queue:@7 and 12 more"; freed by the caller. */
char *checks_rows(const struct view_row *const *rows, size_t n_rows);

/*
 * The command that runs `save`, into a new file, and then `remove` on each of the objects; freed by the caller. What cannot be
 * saved is not removed.
 */
char *checks_save_and_remove(const char *save, const char *suffix, const char *remove,
			     const struct view_row *const *rows, size_t n_rows);

/* -- facts -- */

/* What became of the process with that pid that did something at `when`. */
enum checks_fate {
	CHECKS_UNKNOWN, /* no process did it, or one of another PID namespace */
	CHECKS_RUNS,
	CHECKS_ENDED, /* also if another process has its number now */
};
enum checks_fate checks_fate(struct findings *findings, pid_t pid, int64_t when);

/* Whether kipcd answers: only then do its verbs work. */
bool checks_can_manage(const struct findings *findings);

bool checks_is_state(const struct view_row *row, const char *state);

/*
 * Whether the object may belong to a channel of another kipcd (a user's, or one with a registry that cannot be read): no command
 * here removes an object that is not known to be foreign.
 */
bool checks_may_be_declared(struct findings *findings, const struct kipc_object *object);

/*
 * Whether a process runs, or may run, that could know the object even if it does not use it now: one of its owner or creator, of
 * any other user that its mode lets in, or the last one that had it attached. *ret_who is which, as a sentence.
 */
#define CHECKS_WHO_MAX 128
bool checks_may_be_known(struct findings *findings, const struct kipc_object *object,
			 char ret_who[static CHECKS_WHO_MAX]);

/* Whether any process runs, or may run, as that user. */
bool checks_may_live(struct findings *findings, uid_t uid);

#endif
