/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_LOAD_H
#define KIPC_DAEMON_CONFIG_LOAD_H

/* A configuration that its runtime layer cannot make invalid. */

#include "daemon/config/parse.h"

/*
 * As config_parse(), but a file of the runtime layer that contradicts the administrator's files is marked in the sources
 * (config_source::aside), warned of, and not used. Only mistakes in the administrator's files count.
 */
int config_load(struct config_source *sources, size_t n_sources, const struct config_world *world,
		struct problems *problems, struct config **ret_config);

#endif
