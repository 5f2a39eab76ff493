/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_ESCAPE_H
#define KIPC_COMMON_ESCAPE_H

/*
 * Text for a terminal. Arguments, file names, process names and messages can have any bytes, escape sequences included: all foreign
 * text passes through here.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/*
 * `text` with control bytes, escape sequences and invalid UTF-8 as \xNN; the caller frees it. Escaping it again changes nothing.
 * NULL: no memory.
 */
char *escape_text(const char *text, size_t size);

/* Writes a text, escaped; "?" if there is no memory. */
void escape_print(FILE *out, const char *text);

/* Writes the formatted line, escaped as a whole, and a newline to standard error, in one write(2). */
void escape_print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
