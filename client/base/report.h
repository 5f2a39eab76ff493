/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_REPORT_H
#define KIPC_CLIENT_BASE_REPORT_H

/* One line to the user: "kipcctl: send orders: what happened; what to do". For an errno, see errors.h. */

#include "client/base/command.h"

/* Prints "kipcctl: VERB SUBJECT: " and the sentence to standard error (subject NULL: omitted). Returns status. */
enum status report(const struct invocation *invocation, const char *subject, enum status status,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Prints to standard output, unless --quiet. STATUS_DONE; STATUS_FAILED has been reported. */
enum status report_result(const struct invocation *invocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
