/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; used by the plan, and by run/reconcile.c before it plans. */

#include "daemon/plan/registry.h"

#include <stdlib.h>
#include <string.h>

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct registry_entry *)a)->name, ((const struct registry_entry *)b)->name);
}

static int compare_name(const void *name, const void *entry)
{
	return strcmp(name, ((const struct registry_entry *)entry)->name);
}

void plan_registry_sort(struct registry *registry)
{
	if (registry->n_entries > 0)
		qsort(registry->entries, registry->n_entries, sizeof *registry->entries, compare_entries);
}

const struct registry_entry *plan_registry_find(const struct registry *registry, const char *name)
{
	if (registry->n_entries == 0)
		return NULL;
	return bsearch(name, registry->entries, registry->n_entries, sizeof *registry->entries, compare_name);
}

void plan_registry_own_again(struct registry *registry, const struct config *config)
{
	for (size_t i = 0; i < registry->n_entries; i++) {
		struct registry_entry *entry = &registry->entries[i];
		const struct channel_spec *spec;

		if (!entry->has_link || !entry->link.owned)
			continue;
		spec = config_find(config, entry->name);
		if (spec != NULL && spec->manage == MANAGE_OBSERVE)
			continue;
		entry->link.observed = entry->link.owned = false;
	}
}
