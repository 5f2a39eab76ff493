/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_REPORT_H
#define KIPC_CLIENT_BASE_REPORT_H

/* Errors as the user reads them: "kipcctl: send orders: what happened; what to do". Made in one place. */

#include <stdbool.h>

#include "client/base/command.h"
#include "lib/kipc.h"

/* Prints "kipcctl: VERB SUBJECT: " and the sentence to standard error (subject NULL: left out); gives status. */
enum status report(const struct invocation *invocation, const char *subject, enum status status,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The same for an error of libkipc on an address: the sentence and the status are looked up by `error` (negative
 * errno), in one table. --quiet keeps the expected ones (STATUS_NOTHING) silent.
 */
enum status report_error(const struct invocation *invocation, const char *address, int error);

/* The same with one more sentence behind ("; 3 messages were sent before it"), or "". */
enum status report_error_and(const struct invocation *invocation, const char *address, int error,
			     const char *more);

/*
 * What kipcd knows of a name that the registry lacks: a sentence, freed by the caller; NULL: nothing, or kipcd does not answer.
 * main() and the control half each set it to their own way of asking kipcd.
 */
extern char *(*report_explain_name)(const struct invocation *invocation, const char *name);

/* The name in the registry that a mistyped one is near to, into `nearest`; false: none is. */
bool report_nearest_name(const struct invocation *invocation, const char *name,
			 char nearest[static KIPC_NAME_MAX + 1]);

/* The status that goes with a negative errno. */
enum status report_status(int error);

/* Prints a line on standard output, unless --quiet; gives STATUS_DONE, or STATUS_FAILED after having said why. */
enum status report_result(const struct invocation *invocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
