/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_REGISTRY_H
#define KIPC_DAEMON_PLAN_REGISTRY_H

/* The registry as a value: what kipcd remembers of its objects. channel/store.c reads it from the disk. */

#include "daemon/config/config.h"
#include "lib/registry.h"

struct registry_entry {
	char name[KIPC_NAME_MAX + 1];
	bool has_link;
	struct registry_link link;
	/* A kipcd was killed while it was about to create the object: created or not. */
	bool has_intent;
	enum kipc_kind intent_kind;
	key_t intent_key;
	bool is_held; /* kipcd has it attached itself, against kernel.shm_rmid_forced */
};

struct registry {
	struct registry_entry *entries; /* sorted by name */
	size_t n_entries;
};

void plan_registry_sort(struct registry *registry);

/* NULL: no such name. */
const struct registry_entry *plan_registry_find(const struct registry *registry, const char *name);

/* An object that was ours before it was observed is ours again when no section observes it. */
void plan_registry_own_again(struct registry *registry, const struct config *config);

#endif
