/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_UTF8_H
#define KIPC_COMMON_UTF8_H

/* JSON is UTF-8; names of processes and bodies of messages are whatever somebody wrote. */

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes the character at `text` takes (1 to 4), or 0 if no valid one begins there: no over-long form, no
 * surrogate, nothing beyond U+10FFFF, nothing cut off at `size`.
 */
size_t utf8_character(const char *text, size_t size);

bool utf8_is_valid(const char *text, size_t size);

/* A copy in which each byte that is not part of valid UTF-8 becomes U+FFFD; NULL when out of memory. */
char *utf8_mend(const char *text, size_t size, size_t *ret_size);

#endif
