/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The lines that verbs print about themselves. Every verb of both halves reports through here. */

#include "client/base/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/escape.h"

/* Prints the line; out of memory, without its sentence. */
static void __attribute__((format(printf, 3, 0)))
print_line(const struct invocation *invocation, const char *subject, const char *format, va_list arguments)
{
	char *sentence = NULL;

	if (vasprintf(&sentence, format, arguments) < 0)
		sentence = NULL;
	escape_print_line("kipcctl: %s%s%s: %s", invocation->command->name, subject != NULL ? " " : "",
			  subject != NULL ? subject : "", sentence != NULL ? sentence : strerror(ENOMEM));
	free(sentence);
}

enum status report(const struct invocation *invocation, const char *subject, enum status status,
		   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(invocation, subject, format, arguments);
	va_end(arguments);
	return status;
}

enum status report_result(const struct invocation *invocation, const char *format, ...)
{
	va_list arguments;
	int n;

	if (invocation->options->quiet)
		return STATUS_DONE;
	va_start(arguments, format);
	n = vdprintf(STDOUT_FILENO, format, arguments);
	va_end(arguments);
	return n < 0 ? report(invocation, NULL, STATUS_FAILED, "standard output: %s", strerror(errno))
		     : STATUS_DONE;
}
