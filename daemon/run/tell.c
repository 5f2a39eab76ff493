/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sentences only: reconcile.c decides which of them are told. */

#include "daemon/run/tell.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/service/log.h"

void tell_trouble(struct manager *manager, struct channel *channel)
{
	static const enum event_word words[] = {
		[STATE_ACTIVE] = EVENT_WARNING,	   [STATE_ABSENT] = EVENT_WARNING,
		[STATE_CONFLICT] = EVENT_CONFLICT, [STATE_STALE] = EVENT_STALE,
		[STATE_FAILED] = EVENT_FAILED,	   [STATE_LOST] = EVENT_LOST,
		[STATE_RETAINED] = EVENT_RETAINED,
	};
	const char *state = channel_state_words[channel->state];
	const char *reason = channel->reason != NULL ? channel->reason : "";
	key_t key = channel->spec != NULL ? channel->spec->key : channel->link.key;
	int level = channel->state == STATE_FAILED || channel->state == STATE_LOST ? LOG_ERR : LOG_WARNING;

	channel->losses += channel->state == STATE_LOST;
	manager->statistics.losses += channel->state == STATE_LOST;
	manager->statistics.conflicts += channel->state == STATE_CONFLICT;
	if (channel->state == STATE_ACTIVE)
		state = ""; /* "active" in front of a warning would confuse */
	events_tell(&manager->events, level, words[channel->state], channel->name, channel->kind, key,
		    "%s%s%s", state, state[0] != '\0' ? ": " : "", reason);
}

void tell_observed(struct manager *manager, const struct channel *channel, enum channel_state state_before,
		   int id_before)
{
	struct events *events = &manager->events;

	if (channel->state == STATE_ABSENT && state_before == STATE_ACTIVE)
		events_tell(events, LOG_NOTICE, EVENT_REMOVED, channel->name, channel->kind,
			    channel->spec->key, "another process removed it");
	else if (channel->state == STATE_ACTIVE && state_before == STATE_ABSENT)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, channel->name, channel->kind,
			    channel->spec->key, "another process created it, with id %d", channel->link.id);
	else if (channel->state == STATE_ACTIVE && channel->link.id != id_before)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, channel->name, channel->kind,
			    channel->spec->key, "another process recreated it, with id %d", channel->link.id);
}

void tell_healing(struct manager *manager, const struct plan_step *step, enum plan_action action,
		  struct channel *channel, enum channel_state state_before)
{
	struct events *events = &manager->events;
	bool is_healing = action == PLAN_ALTER || (action == PLAN_CREATE && state_before != STATE_CONFLICT &&
						   state_before != STATE_FAILED);

	channel->healings += is_healing;
	manager->statistics.healings += is_healing;
	if (action == PLAN_ALTER)
		events_tell(events, LOG_WARNING, EVENT_HEALED, step->name, step->kind, channel->link.key,
			    "another process changed it: set back (%s)", step->detail);
	else if ((action == PLAN_CREATE || action == PLAN_RECREATE) && state_before == STATE_CONFLICT)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, step->name, step->kind, channel->link.key,
			    "its key is free again: created, with id %d", channel->link.id);
	else if (action == PLAN_CREATE && state_before == STATE_FAILED)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, step->name, step->kind, channel->link.key,
			    "created after an earlier failure, with id %d", channel->link.id);
	else if (action == PLAN_CREATE)
		events_tell(events, LOG_WARNING, EVENT_HEALED, step->name, step->kind, channel->link.key,
			    "another process removed it: recreated, with id %d", channel->link.id);
}

void tell_deed(struct manager *manager, const struct plan_step *step, enum plan_action action,
	       const struct channel *channel)
{
	static const struct {
		const char *deed;
		enum event_word word;
	} deeds[PLAN_CONFLICT + 1] = {
		[PLAN_CREATE] = { "created", EVENT_CREATED },	  [PLAN_ALTER] = { "altered", EVENT_ALTERED },
		[PLAN_RECREATE] = { "recreated", EVENT_CREATED }, [PLAN_ADOPT] = { "adopted", EVENT_ADOPTED },
		[PLAN_REMOVE] = { "removed", EVENT_REMOVED },
	};

	if (deeds[action].deed != NULL)
		events_tell(&manager->events, LOG_INFO, deeds[action].word, step->name, step->kind,
			    channel->link.key, "%s%s%s", deeds[action].deed, step->detail != NULL ? ": " : "",
			    step->detail != NULL ? step->detail : "");
}

char *tell_detail(const struct config *config, const char *name, const char *detail)
{
	const struct config_aside *aside = config_aside_of(config, name);
	char *overrides = config_overrides_to_string(config, name), *text;
	const char *parts[] = { detail, overrides,
				aside != NULL ? "what kipcctl set for it is set aside: " : NULL };
	bool has_some = false;
	size_t size;
	FILE *out;

	if (detail == NULL && overrides == NULL && aside == NULL)
		return NULL;
	out = open_memstream(&text, &size);
	for (size_t i = 0; out != NULL && i < sizeof parts / sizeof *parts; i++) {
		if (parts[i] != NULL)
			fprintf(out, "%s%s", has_some ? "; " : "", parts[i]);
		has_some |= parts[i] != NULL;
	}
	if (out != NULL && aside != NULL)
		fputs(aside->why, out);
	free(overrides);
	return out == NULL || fclose(out) != 0 ? NULL : text;
}
