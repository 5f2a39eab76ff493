/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CONFIG_INI_H
#define KIPC_COMMON_CONFIG_INI_H

/*
 * Reads INI text: calls back for each header, each pair, and each line that is neither. Strings that the sink gets are valid until
 * it returns.
 */

#include <stddef.h>

#define INI_LINE_MAX 199 /* bytes of a line: what inih's buffer takes */
#define INI_KEY_MAX 49	 /* bytes of a key: what inih remembers of one */

struct ini_sink {
	/* A header; `inside` is the text between the brackets, trimmed. NULL: one that was refused. */
	void (*section)(void *userdata, unsigned line, const char *inside);
	/*
	 * KEY = VALUE, both trimmed. The key has letters, digits, '_', '.', '-'; the value may be empty. `offset`: where the
	 * line begins in the text.
	 */
	void (*pair)(void *userdata, unsigned line, size_t offset, const char *key, const char *value);
	/* A line that is refused, and why. `key`: its key; "" if the line does not show one. */
	void (*refusal)(void *userdata, unsigned line, const char *key, const char *sentence);
};

/* Reads all of `text` (size bytes, which may hold NULs). 0; -ENOMEM: inih got no memory; -EBADMSG: inih refused. */
int ini_read(const char *text, size_t size, const struct ini_sink *sink, void *userdata);

/* Reads the value of the pair in the line that begins at `offset`. */
void ini_read_value(const char *text, size_t size, size_t offset, char value[static INI_LINE_MAX + 1]);

#endif
