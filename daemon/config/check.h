/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_CHECK_H
#define KIPC_DAEMON_CONFIG_CHECK_H

/* The mistakes that show only when every file has been read. */

#include "common/config/problems.h"
#include "daemon/config/draft.h"

/*
 * Judges what is missing, what does not belong together, and what collides. Fills in what was left out, and turns field drafts
 * into fields. 0 or -ENOMEM.
 */
int config_check(struct draft *drafts, size_t n_drafts, const struct config_source *sources,
		 const struct config_world *world, struct problems *problems);

#endif
