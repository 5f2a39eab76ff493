/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Single changes by kipcctl: create, adopt, set, unset. Each becomes a file of the configuration's runtime layer,
 * RUNTIME/kipcd.conf.d/NAME.conf, so that it survives a restart of kipcd but not a reboot. A change that fails, or does not
 * have the wanted effect, leaves everything as it was.
 */

#include "daemon/change/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel-keys.h"
#include "common/cleanup.h"
#include "common/sentence.h"
#include "daemon/change/layer-change.h"
#include "daemon/change/layer-edit.h"
#include "daemon/change/remove.h"
#include "daemon/config/layer-file.h"

#define CREATED_MAX 1000 /* channels by `kipcctl create` */

static size_t count_created(const struct manager *manager)
{
	size_t n = 0;

	for (size_t i = 0; i < manager->n_sources; i++)
		n += manager->sources[i].runtime_layer;
	return n;
}

static int check_creation(const struct manager *manager, enum kipc_kind kind, const char *name,
			  char **reterr_sentence)
{
	const struct channel_spec *spec;

	if (kind == 0)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "the kind must be queue, segment or semaphore");
	if (!kipc_name_is_valid(name))
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' is not a name; " CHANNEL_NAME_RULE,
				     name);
	spec = config_find(manager->config, name);
	if (spec != NULL)
		return sentence_fail(reterr_sentence, -EEXIST,
				     "%s %s is already declared in %s: 'kipcctl set' alters it",
				     kipc_kind_to_string(spec->kind), name, spec->origin);
	if (count_created(manager) >= CREATED_MAX)
		return sentence_fail(
			reterr_sentence, -EDQUOT,
			"kipcctl has already created %d channels: declare more in configuration files",
			CREATED_MAX);
	return 0;
}

/* How a channel is before a change, for comparison. */
struct standing {
	bool is_there;
	enum channel_state state;
	char *reason;
};

static void standing_done(struct standing *standing)
{
	free(standing->reason);
}

#define CLEANUP_STANDING __attribute__((cleanup(standing_done)))

static struct standing standing_of(const struct manager *manager, const char *name)
{
	const struct channel *channel = manager_find(manager, name);

	if (channel == NULL)
		return (struct standing){ 0 };
	return (struct standing){
		.is_there = true,
		.state = channel->state,
		.reason = channel->reason == NULL ? NULL : strdup(channel->reason),
	};
}

enum wish {
	WISH_CREATE,
	WISH_ADOPT, /* it may be stale: objects are adopted as they are */
	WISH_ALTER, /* what was wrong before in the same way does not count */
};

/* Whether the change did not have the wanted effect. */
static bool is_short_of_the_wish(const struct channel *channel, const struct standing *before, enum wish wish)
{
	switch (channel->state) {
	case STATE_STALE:
		if (wish == WISH_ADOPT)
			return false;
		break;
	case STATE_CONFLICT:
	case STATE_FAILED:
	case STATE_LOST:
		break;
	case STATE_ABSENT:
		if (channel->spec == NULL || channel->spec->manage == MANAGE_OBSERVE)
			return false;
		break;
	case STATE_ACTIVE:
	case STATE_RETAINED:
		return false;
	}
	return wish != WISH_ALTER || !before->is_there || before->state != channel->state ||
	       (channel->reason != NULL && before->reason != NULL &&
		strcmp(channel->reason, before->reason) != 0);
}

/*
 * Makes `text` the channel's file in the layer, and reconciles; or leaves everything as it was. The object of a failed
 * creation is empty, and is removed again.
 */
static int change_or_revert(struct manager *manager, const char *name, const char *text, enum wish wish,
			    struct steps *steps, char **reterr_sentence)
{
	CLEANUP_STANDING struct standing before = standing_of(manager, name);
	const struct config_source *source = layer_edit_source(manager, name);
	CLEANUP_FREE char *old_text = source == NULL ? NULL : strdup(source->text);
	CLEANUP_FREE char *path = layer_edit_path(&manager->runtime, name);
	CLEANUP_FREE char *lost = NULL, *ignored = NULL;
	const struct channel *channel;
	int r, made_r = -ENOENT;

	if (path == NULL || (source != NULL && old_text == NULL))
		return -ENOMEM;
	r = layer_change_try(manager, name, text, steps, reterr_sentence);
	channel = manager_find(manager, name);
	if (r == 0 && channel != NULL && is_short_of_the_wish(channel, &before, wish)) {
		r = channel_fail(channel, reterr_sentence);
		if (!before.is_there && channel->has_link)
			made_r = remove_channel(manager, name, false, false, &lost, &ignored);
		if (made_r < 0)
			(void)layer_change_revert(manager, name, old_text);
	} else if (r == 0) {
		layer_file_settle(path);
	}
	return r;
}

int change_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		  struct steps *steps, char **reterr_sentence)
{
	CLEANUP_FREE char *text = NULL;
	int r;

	r = check_creation(manager, kind, name, reterr_sentence);
	if (r == 0)
		r = layer_edit_create(kind, name, assignments, &text, reterr_sentence);
	return r < 0 ? r : change_or_revert(manager, name, text, WISH_CREATE, steps, reterr_sentence);
}

int change_adopt(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		 struct steps *steps, char **reterr_sentence)
{
	CLEANUP_FREE char *text = NULL;
	int r;

	r = layer_edit_adopt(manager, config_find(manager->config, name), kind, name, assignments, &text,
			     reterr_sentence);
	return r < 0 ? r : change_or_revert(manager, name, text, WISH_ADOPT, steps, reterr_sentence);
}

int change_set(struct manager *manager, const char *name, char **assignments, struct steps *steps,
	       char **reterr_sentence)
{
	const struct channel_spec *spec = config_find(manager->config, name);
	CLEANUP_FREE char *text = NULL;
	int r;

	if (spec == NULL)
		return sentence_fail(reterr_sentence, -ENOENT,
				     "no section declares that channel: 'kipcctl create' does");
	r = layer_edit_set(manager, spec, assignments, &text, reterr_sentence);
	return r < 0 ? r : change_or_revert(manager, name, text, WISH_ALTER, steps, reterr_sentence);
}

int change_unset(struct manager *manager, const char *name, char **keys, struct steps *steps,
		 char **reterr_sentence)
{
	const struct channel *channel = manager_find(manager, name);
	CLEANUP_FREE char *text = NULL;
	size_t n;
	int r;

	r = layer_edit_unset(manager, name, keys, &text, &n, reterr_sentence);
	if (r < 0)
		return r;
	if (n == 0 && channel != NULL)
		return steps_add(steps, channel->name, channel->kind, PLAN_KEEP, channel->state,
				 "nothing is overridden");
	return change_or_revert(manager, name, text, WISH_ALTER, steps, reterr_sentence);
}
