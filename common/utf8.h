/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_UTF8_H
#define KIPC_COMMON_UTF8_H

/* JSON must be UTF-8, and terminals get nothing else; the names of processes and the bodies of messages can be anything. */

#include <stdbool.h>
#include <stddef.h>

/*
 * The bytes of the character at `text` (1 to 4), or 0 if it is not valid: an over-long form, a surrogate, beyond U+10FFFF, or cut off
 * at `size`.
 */
size_t utf8_character(const char *text, size_t size);

/* The same, but 0 also for a control character (U+0080 to U+009F are some). */
size_t utf8_printable(const char *text, size_t size);

bool utf8_is_valid(const char *text, size_t size);

/* A copy in which each byte that is not part of valid UTF-8 becomes U+FFFD; NULL: no memory. */
char *utf8_repair(const char *text, size_t size, size_t *ret_size);

#endif
