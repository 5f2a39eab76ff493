/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; run/reconcile.c plans with the renamed registry, change/rename.c carries the renames out. */

#include "daemon/plan/renames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/keys.h"
#include "daemon/plan/link.h"

/* Given in a file or by create, not derived from the name. */
static bool has_explicit_key(const struct channel_spec *spec)
{
	return spec->n_places > 0 && spec->places[0].key == CONFIG_KEY_KEY;
}

static bool is_ours(const struct registry_entry *entry, const struct kernel_view *view, uid_t uid)
{
	const struct kernel_object *found;

	if (view == NULL)
		return true;
	found = kernel_view_find_id(view, entry->link.kind, entry->link.id);
	return found != NULL && link_owns(&entry->link, &found->object, uid);
}

/* No section declares this name any more. */
static bool is_dropped(const struct config *config, const struct registry_entry *entry)
{
	return entry->has_link && !entry->has_intent && !entry->link.observed &&
	       config_find(config, entry->name) == NULL;
}

struct heir {
	enum kipc_kind kind;
	key_t key;
	const char *name;
};

static int compare_heirs(const void *a, const void *b)
{
	const struct heir *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/* The names that have no object yet, by kind and key. */
static struct heir *find_heirs(const struct config *config, const struct registry *registry, size_t *ret_n)
{
	struct heir *heirs = calloc(config->n_channels + 1, sizeof *heirs);
	size_t n = 0;

	for (size_t i = 0; heirs != NULL && i < config->n_channels; i++) {
		const struct channel_spec *spec = &config->channels[i];

		if (spec->manage == MANAGE_OWN && has_explicit_key(spec) &&
		    plan_registry_find(registry, spec->name) == NULL)
			heirs[n++] = (struct heir){ spec->kind, spec->key, spec->name };
	}
	if (heirs != NULL && n > 0)
		qsort(heirs, n, sizeof *heirs, compare_heirs);
	*ret_n = n;
	return heirs;
}

static int compare_renames(const void *a, const void *b)
{
	return strcmp(((const struct rename *)a)->to, ((const struct rename *)b)->to);
}

/* Whether any name is no longer declared. Both are sorted by name: one walk. */
static bool has_undeclared(const struct config *config, const struct registry *registry)
{
	size_t c = 0, e = 0;

	while (e < registry->n_entries && c < config->n_channels) {
		int order = strcmp(config->channels[c].name, registry->entries[e].name);

		if (order > 0)
			return true;
		c++;
		e += order == 0;
	}
	return e < registry->n_entries;
}

int plan_renames_find(const struct config *config, const struct registry *registry,
		      const struct kernel_view *view, uid_t uid, struct renames *ret_renames)
{
	struct renames renames = { 0 };
	struct heir *heirs;
	size_t n_heirs;

	*ret_renames = renames;
	if (!has_undeclared(config, registry)) /* nearly always */
		return 0;
	renames.items = calloc(registry->n_entries + 1, sizeof *renames.items);
	heirs = find_heirs(config, registry, &n_heirs);
	if (renames.items == NULL || heirs == NULL) {
		free(renames.items);
		free(heirs);
		return -ENOMEM;
	}
	for (size_t i = 0; n_heirs > 0 && i < registry->n_entries; i++) {
		const struct registry_entry *entry = &registry->entries[i];
		struct heir wanted = { entry->link.kind, entry->link.key, NULL };
		const struct config_aside *aside;
		const struct heir *heir;
		struct rename *rename;

		if (!is_dropped(config, entry))
			continue;
		heir = bsearch(&wanted, heirs, n_heirs, sizeof *heirs, compare_heirs);
		aside = heir == NULL ? NULL : config_aside_of(config, entry->name);
		if (heir == NULL || (aside != NULL && aside->declares) || !is_ours(entry, view, uid))
			continue;
		rename = &renames.items[renames.n_items++];
		memcpy(rename->from, entry->name, sizeof rename->from);
		memcpy(rename->to, heir->name, strlen(heir->name) + 1);
		rename->has_layer = aside != NULL;
	}
	free(heirs);
	if (renames.n_items > 1)
		qsort(renames.items, renames.n_items, sizeof *renames.items, compare_renames);
	*ret_renames = renames;
	return 0;
}

void plan_renames_done(struct renames *renames)
{
	free(renames->items);
	*renames = (struct renames){ 0 };
}

static const char *new_name(const struct renames *renames, const char *from)
{
	for (size_t i = 0; i < renames->n_items; i++)
		if (strcmp(renames->items[i].from, from) == 0)
			return renames->items[i].to;
	return NULL;
}

void plan_renames_apply(const struct renames *renames, struct registry *registry)
{
	for (size_t i = 0; renames->n_items > 0 && i < registry->n_entries; i++) {
		const char *name = new_name(renames, registry->entries[i].name);

		if (name != NULL)
			memcpy(registry->entries[i].name, name, strlen(name) + 1);
	}
	if (renames->n_items > 0)
		plan_registry_sort(registry);
}
