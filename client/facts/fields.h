/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_FIELDS_H
#define KIPC_CLIENT_FACTS_FIELDS_H

/* The fields of one raw segment that a command line names: declared ones, and those described by type and offset. */

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
 * Opens the segment args[0] and the semaphore of --lock, and finds the fields that `words` name (NULL-terminated; none: all
 * declared fields): NAME, NAME[I] for an element of an array, or [NAME:]TYPE@OFFSET, for which no kipcd is needed. A word ends at
 * '='. Each field lies within the segment. needs_any: it is an error if no field is declared, or if kipcd cannot be asked. Any
 * status but STATUS_DONE has been reported, and nothing is to be freed.
 */
enum status fields_open(const struct invocation *invocation, char **words, bool needs_any,
			struct fields *ret_fields);
void fields_close(struct fields *fields);

/* The bytes from the first to the last field's end. */
void fields_range(const struct fields *fields, uint64_t *ret_offset, uint64_t *ret_size);

#endif
