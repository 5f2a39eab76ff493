/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used for all lines on standard error, among others. The whole line is escaped, not its parts, so that no caller can forget one.
 * Each line is one write(2), so that lines of several processes do not mix.
 */

#include "common/escape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/utf8.h"

char *escape_text(const char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *escaped, *out;

	escaped = out = malloc(4 * size + 1);
	if (escaped == NULL)
		return NULL;
	while (size > 0) {
		size_t n = utf8_printable(text, size);

		if (n > 0) {
			out = mempcpy(out, text, n);
		} else {
			out = mempcpy(out, "\\x", 2);
			*out++ = digits[(unsigned char)*text >> 4];
			*out++ = digits[(unsigned char)*text & 15];
			n = 1;
		}
		text += n;
		size -= n;
	}
	*out = '\0';
	return escaped;
}

void escape_print(FILE *out, const char *text)
{
	char *escaped = escape_text(text, strlen(text));

	fputs(escaped != NULL ? escaped : "?", out);
	free(escaped);
}

void escape_print_line(const char *format, ...)
{
	char *line = NULL, *escaped = NULL;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (n >= 0)
		escaped = escape_text(line, (size_t)n);
	(void)dprintf(STDERR_FILENO, "%s\n", escaped != NULL ? escaped : strerror(ENOMEM));
	free(escaped);
	if (n >= 0)
		free(line);
}
