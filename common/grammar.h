/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_GRAMMAR_H
#define KIPC_COMMON_GRAMMAR_H

/*
 * Sizes, time spans, modes and percentages as users write them, in the configuration and on the command line, and as kipc prints
 * them. (For names, keys and addresses see kipc_address_parse().)
 *
 * The parsers return 0, -EINVAL (not of that form) or -ERANGE (of that form, but out of range), and write their result on success
 * only.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/kipc.h"

/* "16", "16K", "1M", "2G", "1T": bytes, in powers of 1024 as in systemd; a trailing "B" is allowed. */
int grammar_size_from_string(const char *text, uint64_t *ret_bytes);

/* "5" (seconds), "500ms", "1min 30s", "2h", "infinity": microseconds, as systemd.time(7). */
int grammar_span_from_string(const char *text, uint64_t *ret_usec);
#define GRAMMAR_SPAN_INFINITY UINT64_MAX

/* "660", "0660": at most 0777. */
int grammar_mode_from_string(const char *text, mode_t *ret_mode);

/* "80" or "80%": 1 to 100. */
int grammar_percent_from_string(const char *text, unsigned *ret_percent);

/* "yes", "no", "true", "false", "on", "off", "1", "0". */
int grammar_bool_from_string(const char *text, bool *ret_value);

/* A whole number in decimal or 0x…, within min and max. */
int grammar_number_from_string(const char *text, int64_t min, int64_t max, int64_t *ret_value);

/* "16K", "1.5M", "999"; returns buffer. */
#define GRAMMAR_SIZE_MAX 16
char *grammar_size_to_string(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX]);

/* The same for a sentence: "16K", "1.5M", "999 bytes", "1 byte". */
char *grammar_bytes_to_string(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX]);

/*
 * The one of `words` (NULL-terminated) that was probably meant by `word`: the nearest by edit distance, up to a third of its length,
 * at least one. NULL: none is near.
 */
const char *grammar_nearest(const char *word, const char *const *words);

#endif
