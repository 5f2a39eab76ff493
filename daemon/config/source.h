/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_SOURCE_H
#define KIPC_DAEMON_CONFIG_SOURCE_H

/* The files that make up the configuration, and reading them: the edge under the pure config_parse(). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/config/problems.h"

#define RUNTIME_LAYER "kipcd.conf.d" /* the folder of the runtime layer, in the runtime folder */

/* The text of one file. Later sources override earlier ones key by key. */
struct config_source {
	char *name; /* its path */
	char *text; /* NUL-terminated behind `size` bytes; may hold NULs, which are mistakes */
	size_t size;
	bool runtime_layer; /* written by kipcctl: see layer.h; `activate` is not allowed here */
	bool is_argument; /* … by the current call: mistakes cite its arguments, because the file does not exist yet */
	char *aside; /* why it is set aside; NULL: it is read */
};

/*
 * Reads `main_file` (a missing one is fine unless `must_exist`), then `main_file`.d/ *.conf in name order,
 * then `runtime_dir`/kipcd.conf.d/ *.conf (runtime_dir may be NULL). Files that a user other than root and `uid`
 * (in the runtime layer: `runtime_uid`) can write are mistakes, as are files that are not regular or cannot be read.
 *
 * Returns 0 also when `problems` got mistakes; -ENOMEM. Free with source_list_free().
 */
int source_list_read(const char *main_file, bool must_exist, uid_t uid, const char *runtime_dir,
		     uid_t runtime_uid, struct problems *problems, struct config_source **ret_sources,
		     size_t *ret_n_sources);

struct config_source *source_list_free(struct config_source *sources, size_t n_sources);

#endif
