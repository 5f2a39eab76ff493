/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_FIELDS_H
#define KIPC_CLIENT_FACTS_FIELDS_H

/* The fields of one raw segment that a command line means: those that kipcd knows, or described ad hoc. */

#include "client/base/guard.h"
#include "common/field.h"

struct named_field {
	char *name; /* as asked for: "price", "u32@0" */
	struct field field;
};

struct fields {
	struct kipc_channel *segment;
	struct guard guard;
	struct named_field *items; /* as asked for, or all of them by their places */
	size_t n_items;
};

/*
 * Opens the segment args[0], and --lock's semaphore, and finds the fields that `words` name (NULL-terminated; none: all
 * that are declared): NAME, NAME[I] for one element of an array, or [NAME:]TYPE@OFFSET, for which no kipcd is needed. Each
 * lies within the segment. Unless it needs_any, it may also be that none are declared, or that no kipcd says so. A word ends at '='. Else than STATUS_DONE: it was said why, and nothing is to be freed.
 */
enum status fields_open(const struct invocation *invocation, char **words, bool needs_any,
			struct fields *ret_fields);
void fields_close(struct fields *fields);

/* The bytes from the first to the last field's end. */
void fields_range(const struct fields *fields, uint64_t *ret_offset, uint64_t *ret_size);

#endif
