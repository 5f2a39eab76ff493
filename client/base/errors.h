/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_ERRORS_H
#define KIPC_CLIENT_BASE_ERRORS_H

/* What an errno means to the user: its sentence and its exit status, from one table. */

#include "client/base/command.h"

/*
 * Reports an error (a negative errno) of libkipc on an address. With --quiet, STATUS_NOTHING is not reported. Returns
 * the status.
 */
enum status errors_report(const struct invocation *invocation, const char *address, int error);

/* The same, with one more clause at the end ("; 3 messages were sent before it"), or "". */
enum status errors_report_and(const struct invocation *invocation, const char *address, int error,
			      const char *more);

/* The status of a negative errno. */
enum status errors_status(int error);

/*
 * What a verb returns that ended with r: STATUS_DONE, or the status of a negative errno, which it reports as
 * strerror(3).
 */
enum status errors_end(const struct invocation *invocation, const char *subject, int r);

/*
 * What kipcd knows about a name that has no object: a sentence, freed by the caller; NULL: nothing, or kipcd does not
 * answer. Each half of kipcctl sets it to its own way of asking kipcd.
 */
extern char *(*errors_explain_name)(const struct invocation *invocation, const char *name);

#endif
