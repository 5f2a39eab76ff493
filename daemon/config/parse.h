/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_PARSE_H
#define KIPC_DAEMON_CONFIG_PARSE_H

/* From configuration text to a configuration: a pure function. */

#include "common/config/problems.h"
#include "daemon/config/config.h"
#include "daemon/config/source.h"
#include "daemon/config/world.h"

/*
 * Parses and merges all sources. Returns 0 and a config; -EBADMSG when `problems` has at least one mistake, and then all of
 * them, in order of file and line (what source_list_read() found counts, too); -ENOMEM. Warnings are added to `problems`, too,
 * and are not mistakes.
 */
int config_parse(const struct config_source *sources, size_t n_sources, const struct config_world *world,
		 struct problems *problems, struct config **ret_config);

#endif
