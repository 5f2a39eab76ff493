/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_LAYER_H
#define KIPC_DAEMON_CONFIG_LAYER_H

/*
 * One file of the runtime layer, RUNTIME/kipcd.conf.d/NAME.conf: what kipcctl said about one channel, in parts.
 *
 *	[create queue bills]		declares it: by create, or by adopt with a name that no section declares
 *	key = 0x4b02
 *	description = "two  ; blanks"
 *	[adopt queue bills]		what adopt found, for keys that the section of the channel leaves open
 *	[set queue bills]		overrides all of these
 *	capacity = 8K
 *
 * create stands for itself; adopt and set belong to a section, and mean nothing without it. A value is quoted if an INI reader
 * would read it differently. A header without a verb was written by an older kipcd.
 */

#include "common/config/ini.h"
#include "lib/kipc.h"

enum layer_verb {
	LAYER_NONE = 0, /* in a file of the administrator, or the older form */
	LAYER_CREATE,
	LAYER_ADOPT,
	LAYER_SET,
};

extern const char *const layer_verb_words[]; /* "", "create", …; NULL-terminated */

#define LAYER_VALUE_MAX ((size_t)256 * 1024) /* the values of the largest semaphore set */

struct layer_value {
	enum layer_verb verb;
	char *key, *value;
};

struct layer {
	enum kipc_kind kind; /* 0: the file is empty */
	char name[KIPC_NAME_MAX + 1];
	bool declares; /* it has a create part, which may be empty */
	struct layer_value *values;
	size_t n_values;
};

/* Passes the text to the sink, headers with their verb. Lines may have any length. */
void layer_read(const char *text, size_t size, const struct ini_sink *sink, void *userdata);

/* The verb of a header; *ret_rest is the rest, "KIND NAME". */
enum layer_verb layer_header_verb(const char *inside, const char **ret_rest);

/* The value of the pair in the line that begins at `offset`; the caller frees it. NULL: no memory. */
char *layer_read_value(const char *text, size_t size, size_t offset);

/* -ENOMEM; skips what it cannot read. `older`: the verb of a header without one. */
int layer_from_text(const char *text, size_t size, enum layer_verb older, struct layer *ret_layer);

/* NULL: no memory. */
char *layer_to_text(const struct layer *layer);

/* Sets each "key=value" (NULL-terminated) in the part of that verb. -EINVAL with a sentence, -ENOMEM. */
int layer_assign(struct layer *layer, enum layer_verb verb, char **assignments, char **reterr_sentence);

/* Removes the values of `key` (NULL: all keys) from the parts of set and adopt. Returns their number. */
size_t layer_unset(struct layer *layer, const char *key);

/* Removes the part of that verb. */
void layer_drop(struct layer *layer, enum layer_verb verb);

bool layer_has(const struct layer *layer, enum layer_verb verb, const char *key);

void layer_done(struct layer *layer);

#endif
