/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_ACCOUNTS_H
#define KIPC_DAEMON_CONFIG_ACCOUNTS_H

/* Users, or groups, by name. Each is looked up once: a look-up costs as much as reading 100 lines. */

#include <stddef.h>
#include <sys/types.h>

struct accounts {
	struct account {
		char *name;
		uid_t id;
		int result;
	} * items;
	size_t n_items;
};

/* Errors of `look_up`, which are remembered, too; -ENOMEM. */
int accounts_find(struct accounts *accounts, const char *name,
		  int (*look_up)(const char *name, uid_t *ret_id), uid_t *ret_id);

void accounts_done(struct accounts *accounts);

#endif
