/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_SOURCE_H
#define KIPC_DAEMON_CONFIG_SOURCE_H

/* Which files make up the configuration, and reading them: the edge under the pure config_parse(). */

#include "daemon/config/config.h"

/*
 * Reads `main_file` (a missing one is fine unless `must_exist`), then `main_file`.d/ *.conf in name order,
 * then `runtime_dir`/kipcd.conf.d/ *.conf (runtime_dir may be NULL). Files that others than root and `uid`, or of the
 * runtime layer `runtime_uid`, may write are mistakes, as are files that are no regular files or cannot be read.
 *
 * Returns 0 also when `problems` got mistakes; -ENOMEM. Free with source_list_free().
 */
int source_list_read(const char *main_file, bool must_exist, uid_t uid, const char *runtime_dir,
		     uid_t runtime_uid, struct problems *problems, struct config_source **ret_sources,
		     size_t *ret_n_sources);

struct config_source *source_list_free(struct config_source *sources, size_t n_sources);

#endif
