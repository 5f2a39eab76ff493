/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From a channel to what clients see of it. Where object and declaration differ, the object is shown: it is what programs
 * use.
 */

#include "daemon/bus/shown.h"

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* How much of the limit on its kind it needs, for `kipcctl limits`. */
static uint64_t declared_need(const struct channel_spec *spec)
{
	switch (spec->kind) {
	case KIPC_QUEUE:
		return spec->capacity;
	case KIPC_SEGMENT:
		return spec->size;
	case KIPC_SEMAPHORE:
		return spec->n_values;
	}
	return 0;
}

/* Whether the object decides and not the declaration. In a conflict the declared key is what matters. */
static bool shows_object(const struct channel *channel)
{
	return channel->spec == NULL || (channel->has_link && channel->state != STATE_CONFLICT);
}

enum kipc_kind shown_kind(const struct channel *channel)
{
	return channel->has_link && channel->state != STATE_CONFLICT ? channel->link.kind : channel->kind;
}

static const char *shown_layout(const struct channel *channel)
{
	if (shown_kind(channel) != KIPC_SEGMENT)
		return "";
	if (shows_object(channel))
		return layout_words[channel->link.is_ring ? LAYOUT_RING : LAYOUT_RAW];
	return layout_words[channel->spec->layout];
}

void shown_fill(const struct channel *channel, struct shown *ret_shown)
{
	const struct channel_spec *spec = channel->spec;

	*ret_shown = (struct shown){
		.channel = channel,
		.name = channel->name,
		.kind = kipc_kind_to_string(shown_kind(channel)),
		.layout = shown_layout(channel),
		.state = channel_state_words[channel->state],
		.reason = or_empty(channel->reason),
		.manage = manage_words[spec != NULL ? spec->manage : MANAGE_OWN],
		.lifetime = lifetime_words[spec != NULL ? spec->lifetime : LIFETIME_BOOT],
		.origin = or_empty(spec != NULL ? spec->origin : NULL),
		.description = or_empty(spec != NULL ? spec->description : NULL),
		.key = shows_object(channel) ? channel->link.key : spec->key,
		.id = channel->has_link ? channel->link.id : -1,
		.needs = spec != NULL ? declared_need(spec) : 0,
		.healings = channel->healings,
		.losses = channel->losses,
	};
}

bool shown_is_ring(const struct channel *channel)
{
	return shown_layout(channel) == layout_words[LAYOUT_RING];
}
