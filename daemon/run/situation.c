/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by reconcile.c for each plan, and by reload.c for renames. Changes nothing. */

#include "daemon/run/situation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/service/log.h"
#include "daemon/channel/store.h"
#include "daemon/channel/view.h"

/* While kipcd runs, its channels are the registry. The folder is written, never read. */
static int registry_of_channels(const struct manager *manager, struct registry *ret_registry)
{
	struct registry registry = { 0 };

	registry.entries = calloc(manager->n_channels + 1, sizeof *registry.entries);
	if (registry.entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < manager->n_channels; i++) {
		const struct channel *channel = &manager->channels[i];
		struct registry_entry *entry;

		if (!channel->has_link && !channel->has_intent)
			continue;
		entry = &registry.entries[registry.n_entries++];
		memcpy(entry->name, channel->name, sizeof entry->name);
		entry->has_link = channel->has_link;
		if (channel->has_link)
			entry->link = channel->link;
		entry->has_intent = channel->has_intent;
		entry->intent_kind = channel->intent_kind;
		entry->intent_key = channel->intent_key;
		entry->is_held = channel->held != NULL;
	}
	*ret_registry = registry;
	return 0;
}

static bool is_removed_by_hand(const char *name, void *userdata)
{
	const struct channel *channel = manager_find(userdata, name);

	return channel != NULL && channel->is_removed_by_hand;
}

/* From the folder at a start, from memory later. */
static int take_registry(const struct manager *manager, const struct config *config,
			 enum reconcile_reason reason, struct registry *ret_registry)
{
	int r;

	*ret_registry = (struct registry){ 0 };
	if (reason == RECONCILE_START)
		r = store_read(manager->runtime.channels_fd, ret_registry);
	else
		r = registry_of_channels(manager, ret_registry);
	if (r < 0 && reason == RECONCILE_START)
		log_line(LOG_ERR, "the registry %s/%s cannot be read (%s), so nothing is changed",
			 manager->runtime.path, REGISTRY_FOLDER, strerror(-r));
	if (r == 0)
		plan_registry_own_again(ret_registry, config);
	return r;
}

int situation_find_renames(const struct manager *manager, const struct config *config,
			   enum reconcile_reason reason, struct registry *ret_registry,
			   struct renames *ret_renames)
{
	struct registry registry;
	struct kernel_view view = { 0 };
	int r;

	r = take_registry(manager, config, reason, &registry);
	if (r == 0)
		r = plan_renames_find(config, &registry, NULL, geteuid(), ret_renames);
	/* Only now are the kernel's objects needed. */
	if (r == 0 && ret_renames->n_items > 0) {
		plan_renames_done(ret_renames);
		r = channel_view_take(&registry, &view);
		if (r == 0)
			r = plan_renames_find(config, &registry, &view, geteuid(), ret_renames);
	}
	kernel_view_done(&view);
	if (r == 0 && reason == RECONCILE_START && ret_renames->n_items == 0)
		*ret_registry = registry;
	else
		store_registry_done(&registry);
	return r;
}

void situation_done(struct situation *situation)
{
	plan_done(&situation->plan);
	kernel_view_done(&situation->view);
	store_registry_done(&situation->registry);
}

int situation_take(struct manager *manager, const struct config *config, enum reconcile_reason reason,
		   const struct renames *renames, struct registry *found, struct situation *situation)
{
	struct plan_input input = {
		.config = config,
		.registry = &situation->registry,
		.view = &situation->view,
		.uid = geteuid(),
		.is_start = reason == RECONCILE_START,
		.is_reload = reason == RECONCILE_RELOAD,
		.userdata = manager,
		.adopting = manager->adopting,
		.doubt = manager->namespace.doubt,
	};
	int r = 0;

	*situation = (struct situation){ 0 };
	if (found != NULL && found->entries != NULL) {
		situation->registry = *found;
		*found = (struct registry){ 0 };
	} else {
		r = take_registry(manager, config, reason, &situation->registry);
	}
	if (r == 0 && renames != NULL)
		plan_renames_apply(renames, &situation->registry);
	if (r == 0)
		r = channel_view_take(&situation->registry, &situation->view);
	situation->view.may_exceed_msgmnb = manager->may_exceed_msgmnb;
	/* A start and a reload bring back what was removed by hand. */
	if (reason == RECONCILE_HEAL || reason == RECONCILE_ONE)
		input.is_removed_by_hand = is_removed_by_hand;
	if (r == 0)
		r = plan_make(&input, &situation->plan);
	if (r < 0)
		situation_done(situation);
	return r;
}
