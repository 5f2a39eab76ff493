/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Removes channels. The removal of an object cannot be undone, so everything else that may fail is done before it. What the
 * runtime layer declares is removed with the object.
 */

#include "daemon/change/remove.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/loss.h"
#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/change/layer-change.h"
#include "daemon/change/layer-edit.h"
#include "daemon/channel/kernel.h"
#include "daemon/channel/store.h"
#include "daemon/config/layer-file.h"
#include "daemon/plan/link.h"
#include "daemon/run/copy.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/status.h"
#include "lib/object-empty.h"
#include "lib/object-remove.h"

/* What a removal would lose; a ring has its own count. */
static void say_loss(const struct channel *channel, const struct kipc_object *object, bool is_empty,
		     enum loss_tense tense, char buffer[static LOSS_MAX])
{
	struct kernel_ring ring;

	if (is_empty || !channel->link.is_ring || kernel_look_into_ring(object, &ring) < 0 ||
	    !ring.is_laid_out)
		(void)loss_to_string(object, is_empty, tense, buffer);
	else
		(void)loss_of_ring_to_string(&ring.stat, object->segment.attached - (channel->held != NULL),
					     tense, buffer);
}

static bool is_taken_back(const struct channel *channel)
{
	struct kipc_object object;

	return !channel->link.observed &&
	       kipc_object_stat(channel->link.kind, channel->link.id, &object) == 0 &&
	       link_names(&channel->link, &object) && !link_owns(&channel->link, &object, geteuid());
}

/* The object: refuses, says what would be lost, or removes it. */
static int remove_object(const struct channel *channel, bool force, bool dry_run, char **ret_lost,
			 char **reterr_sentence)
{
	unsigned flags = (force ? KIPC_REMOVE_EVEN_IF_NOT_EMPTY : 0) | (dry_run ? KIPC_REMOVE_DRY_RUN : 0);
	unsigned n_ours = channel->held != NULL;
	struct kipc_object object, lost;
	char sentence[LOSS_MAX];
	bool is_empty;
	int r;

	r = channel->link.observed ? 0 : channel_look(channel, &object);
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "its object cannot be read: %s", strerror(-r));
	if (r == 0) {
		*ret_lost =
			strdup(!channel->has_link	? "it had no object"
			       : is_taken_back(channel) ? "only its name: the creator of the adopted object "
							  "has taken it back, and the object stays"
							: "its object is already gone");
		return *ret_lost == NULL ? -ENOMEM : 0;
	}
	is_empty = object_is_empty(&object, channel->link.maker, n_ours) > 0;
	/* Before the removal: later it cannot be described. */
	say_loss(channel, &object, is_empty, dry_run ? LOSS_PRESENT : LOSS_PAST, sentence);
	*ret_lost = strdup(sentence);
	if (*ret_lost == NULL)
		return -ENOMEM;
	r = object_remove(&object, flags, channel->link.maker, n_ours, &lost);
	if (r == -EBUSY) {
		/* If it was empty, it no longer is. */
		say_loss(channel, is_empty ? &lost : &object, false, LOSS_PRESENT, sentence);
		return sentence_fail(reterr_sentence, r, "%s; empty it first, or use --force", sentence);
	}
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "%s @%d cannot be removed: %s",
				     kipc_kind_to_string(object.kind), object.id, strerror(-r));
	return 0;
}

/* A channel that `kipcctl create` only observes: the name is removed; the object is not kipcd's, and stays. */
static int forget_observed(struct manager *manager, const char *name, bool dry_run, char **ret_lost,
			   char **reterr_sentence)
{
	CLEANUP_STEPS struct steps steps = { 0 };
	char *lost = strdup("only its name: the observed object is not kipcd's, and stays");
	int r = lost == NULL ? -ENOMEM : 0;

	if (r == 0 && !dry_run)
		r = layer_change(manager, name, NULL, &steps, reterr_sentence);
	if (r < 0) {
		free(lost);
		return r;
	}
	*ret_lost = lost;
	return 0;
}

/*
 * The object is gone, and its name must go, too. Nothing can undo the removal, so it counts as done; a failure here is
 * logged, and the next sample or reload corrects it.
 */
static void forget_removed(struct manager *manager, struct channel *channel, struct layer_change *change)
{
	CLEANUP_STEPS struct steps steps = { 0 };
	char name[KIPC_NAME_MAX + 1];
	int r = -EAGAIN;

	memcpy(name, channel->name, sizeof name);
	if (store_drop_link(manager->runtime.channels_fd, name) == 0)
		channel->has_link = false;
	channel->is_removed_by_hand = channel->spec != NULL;
	/* A momentary failure does not happen twice. */
	for (int i = 0; r < 0 && i < 2; i++)
		r = change->path != NULL ? layer_change_carry_out(manager, name, change, &steps)
					 : reconcile(manager, manager->config, RECONCILE_ONE, name, &steps);
	if (r < 0) {
		log_line(LOG_WARNING,
			 "%s was removed, but is still listed: %s; 'kipcctl reload' corrects that", name,
			 strerror(-r));
		channel->state = STATE_ABSENT;
		free(channel->reason);
		channel->reason = strdup("removed by hand: 'kipcctl reload' recreates it");
	}
	copy_update(manager);
	status_notify(manager);
}

/* A kill in between leaves an object that is no longer declared, with its name. */
static int remove_for_good(struct manager *manager, struct channel *channel, bool force, char **ret_lost,
			   char **reterr_sentence)
{
	const struct config_source *source = layer_edit_source(manager, channel->name);
	CLEANUP_LAYER_CHANGE struct layer_change change = { 0 };
	CLEANUP_FREE char *text = NULL;
	bool has_section = source != NULL;
	int r = 0;

	if (has_section)
		r = layer_edit_remove(manager, channel->name, &text);
	has_section = has_section && (text == NULL || strcmp(text, source->text) != 0);
	if (r == 0 && has_section)
		r = layer_change_prepare(manager, channel->name, text, &change, reterr_sentence);
	if (r == 0 && has_section) {
		r = layer_file_replace(change.path, text);
		if (r < 0)
			sentence_fail(reterr_sentence, r, "%s cannot be %s: %s", change.path,
				      text != NULL ? "written" : "removed", strerror(-r));
	}
	if (r == 0) {
		waiting_release(manager->waiting, channel->name);
		r = remove_object(channel, force, false, ret_lost, reterr_sentence);
		if (r < 0 && has_section)
			(void)layer_file_restore(change.path);
	}
	if (r == 0) {
		if (has_section)
			layer_file_settle(change.path);
		events_tell(&manager->events, LOG_NOTICE, EVENT_REMOVED, channel->name, channel->kind,
			    channel->link.key, "removed by hand: %s", *ret_lost);
		forget_removed(manager, channel, &change);
	}
	return r;
}

int remove_channel(struct manager *manager, const char *name, bool force, bool dry_run, char **ret_lost,
		   char **reterr_sentence)
{
	struct channel *channel = manager_find(manager, name);
	bool is_observed =
		channel != NULL && channel->spec != NULL && channel->spec->manage == MANAGE_OBSERVE;
	char *lost = NULL;
	int r;

	if (channel == NULL)
		return sentence_fail(reterr_sentence, -ENOENT, "no such channel");
	if (is_observed && channel->spec->is_of_layer)
		return forget_observed(manager, name, dry_run, ret_lost, reterr_sentence);
	if (is_observed)
		return sentence_fail(reterr_sentence, -EPERM,
				     "kipcd only observes it, and removes only what it created: remove it by "
				     "its key, 0x%08x",
				     (unsigned)channel->spec->key);
	/* A name that only the runtime layer declares can be removed all the same: it has a section there. */
	if (channel->state == STATE_CONFLICT && channel->spec != NULL && channel_look(channel, NULL) == 0 &&
	    !channel->spec->is_of_layer)
		return sentence_fail(reterr_sentence, -EPERM, "kipcd has no object of that name: %s",
				     channel->reason != NULL ? channel->reason : "its key is in use");
	r = dry_run ? remove_object(channel, force, true, &lost, reterr_sentence)
		    : remove_for_good(manager, channel, force, &lost, reterr_sentence);
	if (r < 0) {
		free(lost);
		return r;
	}
	*ret_lost = lost;
	return 0;
}
