/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Two things that kipcd never does without being asked: recreate a lost object, which would hide a loss from its users, and
 * decide to which IPC namespace a registry belongs.
 */

#include "daemon/change/recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sentence.h"
#include "daemon/change/reload.h"
#include "daemon/channel/store.h"
#include "daemon/run/copy.h"
#include "daemon/run/damage.h"
#include "daemon/run/reconcile.h"

/* It could not be recreated. It stays lost: a semaphore set is never recreated unasked. */
static void lose_again(const struct manager *manager, struct channel *channel,
		       const struct registry_link *lost)
{
	char *reason = NULL;

	(void)store_write_link(manager->runtime.channels_fd, channel->name, lost, false);
	channel->has_link = true;
	channel->link = *lost;
	channel->state = STATE_LOST;
	if (asprintf(&reason, "it is gone, and could not be recreated: %s",
		     channel->reason != NULL ? channel->reason : "") < 0)
		reason = NULL;
	free(channel->reason);
	channel->reason = reason;
}

/* Only a lost channel can be recovered. For others, says what to do instead. */
static int refuse_to_recover(const struct channel *channel, char **reterr_sentence)
{
	const char *way = channel->reason, *more = "";

	if (channel->state == STATE_ACTIVE)
		return sentence_fail(reterr_sentence, -EPERM, "it is active, so there is nothing to recover");
	if (way == NULL)
		way = channel->spec != NULL && channel->spec->manage == MANAGE_OBSERVE
			      ? "the program that creates it has not done so"
			      : "'kipcctl reload' recreates it";
	else if (channel->state == STATE_FAILED)
		more = "; 'kipcctl reload' tries again at once";
	return sentence_fail(reterr_sentence, -EPERM,
			     "only a lost channel can be recovered, and this one is %s: %s%s",
			     channel_state_words[channel->state], way, more);
}

int recover_channel(struct manager *manager, const char *name, struct steps *steps, char **reterr_sentence)
{
	struct channel *channel = manager_find(manager, name);
	struct registry_link lost;
	int r;

	if (channel == NULL)
		return sentence_fail(reterr_sentence, -ENOENT, "no such channel");
	lost = channel->link;
	if (channel->state != STATE_LOST)
		return refuse_to_recover(channel, reterr_sentence);
	/* Without a link it is created like a new one. The link on disk stays until the new one replaces it. */
	channel->has_link = false;
	r = reconcile(manager, manager->config, RECONCILE_ONE, name, steps);
	copy_update(manager);
	channel = manager_find(manager, name);
	if (r < 0 && channel != NULL)
		channel->has_link = true;
	if (r < 0 || channel == NULL || channel->state == STATE_ACTIVE)
		return r;
	r = channel_fail(channel, reterr_sentence);
	lose_again(manager, channel, &lost);
	return r;
}

/* They belong to another namespace, whose registry was moved aside. */
static void forget_links(struct manager *manager)
{
	for (size_t i = 0; i < manager->n_channels; i++)
		manager->channels[i].has_link = manager->channels[i].has_intent = false;
}

int recover_registry(struct manager *manager, bool is_ours, struct problems *problems, struct steps *steps,
		     char **reterr_sentence)
{
	int r;

	if (manager->namespace.doubt == NULL)
		return sentence_fail(reterr_sentence, -EALREADY,
				     "the registry %s/%s is known to belong to this IPC namespace, so there "
				     "is nothing to decide",
				     manager->runtime.path, REGISTRY_FOLDER);
	r = namespace_confirm(&manager->runtime, &manager->namespace, is_ours, reterr_sentence);
	if (r < 0)
		return r;
	if (!is_ours)
		forget_links(manager);
	damage_learn(manager);
	return reload(manager, problems, steps);
}
