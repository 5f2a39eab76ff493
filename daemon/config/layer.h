/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_LAYER_H
#define KIPC_DAEMON_CONFIG_LAYER_H

/*
 * One file of the runtime layer, RUNTIME/kipcd.conf.d/NAME.conf: what kipcctl said of one channel, part by part.
 *
 *	[create queue bills]		what declares it: create, or adopt under a name that nothing declares
 *	key = 0x4b02
 *	description = "two  ; blanks"
 *	[adopt queue bills]		what adopt took over of a section of the configuration that leaves it open
 *	[set queue bills]		what overrides all of these
 *	capacity = 8K
 *
 * create stands for itself; adopt and set belong to a section, and mean nothing without it. A value is data: it is quoted
 * where an INI reader would read it differently. A header without a verb was written by an older kipcd.
 */

#include "common/config/ini.h"
#include "lib/kipc.h"

enum layer_verb {
	LAYER_NONE = 0, /* a file of the administrator's, or the older form */
	LAYER_CREATE,
	LAYER_ADOPT,
	LAYER_SET,
};

extern const char *const layer_verb_words[]; /* "", "create", …; NULL-terminated */

#define LAYER_VALUE_MAX ((size_t)256 * 1024) /* the values of the largest semaphore set that there can be */

struct layer_value {
	enum layer_verb verb;
	char *key, *value;
};

struct layer {
	enum kipc_kind kind; /* 0: it says nothing yet */
	char name[KIPC_NAME_MAX + 1];
	bool declares; /* it has a create part, if an empty one */
	struct layer_value *values;
	size_t n_values;
};

/* Passes the text to the sink, headers with their verb; lines may be of any length. */
void layer_read(const char *text, size_t size, const struct ini_sink *sink, void *userdata);

/* Takes the verb off the inside of a header; *ret_rest is "KIND NAME". */
enum layer_verb layer_header_verb(const char *inside, const char **ret_rest);

/* The value of the pair in the line that begins at `offset`; the caller frees it. NULL: no memory. */
char *layer_read_value(const char *text, size_t size, size_t offset);

/* -ENOMEM; what cannot be read is passed over. `older`: what a header without a verb is. */
int layer_from_text(const char *text, size_t size, enum layer_verb older, struct layer *ret_layer);

/* NULL: no memory. */
char *layer_to_text(const struct layer *layer);

/* "key=value" each (NULL-terminated), in place of what the part of that verb said. -EINVAL with a sentence, -ENOMEM. */
int layer_assign(struct layer *layer, enum layer_verb verb, char **assignments, char **reterr_text);

/* Takes out what set and adopt said of `key` (NULL: of all keys). Returns how many entries that were. */
size_t layer_unset(struct layer *layer, const char *key);

/* Takes out that verb's part. */
void layer_drop(struct layer *layer, enum layer_verb verb);

bool layer_has(const struct layer *layer, enum layer_verb verb, const char *key);

void layer_done(struct layer *layer);

#endif
