/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The periodic look at every channel: whether its object still exists and is as kipcd left it, whether a queue or ring is
 * fuller than warn_at, which processes came and went; and its figures, while a client asks for histories. It costs one
 * *_STAT_ANY a channel (0.4 microseconds), and a whole reconcile only when something is wrong.
 *
 * kipcd reads only rings with warn_at or a history, and attaches them only for that (some 10 microseconds). If kipcd stayed
 * attached, shm_nattch would always count it, and that number is how everybody, kipcd itself included, sees whether a
 * segment is in use; and a removed segment would continue to exist for kipcd alone. The price is that shm_atime, shm_dtime
 * and shm_lpid of such a ring show kipcd. Nothing is decided by them for a ring, which is empty when it has no message.
 */

#include "daemon/run/sample.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/ended.h"
#include "common/plural.h"
#include "common/service/log.h"
#include "daemon/channel/kernel.h"
#include "daemon/run/damage.h"
#include "daemon/run/key-changes.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/waiting.h"

#define CONSUMER_GONE_AFTER 5 /* samples: a program may be started for each message */

static bool is_changed(const struct channel *channel, const struct kipc_object *object)
{
	return object->uid != channel->uid || object->gid != channel->gid || object->mode != channel->mode ||
	       (object->kind == KIPC_QUEUE && channel->spec->capacity != 0 &&
		object->queue.capacity != channel->capacity);
}

/* Whether something has changed since the channel was last brought up to date, and a reconcile may act on it now. */
static bool needs_attention(struct channel *channel, const struct kipc_object *object, uint64_t now)
{
	const struct channel_spec *spec = channel->spec;
	struct kipc_object found;

	/* Noticed during a reconcile of another channel. */
	if (spec != NULL && spec->path != NULL &&
	    (channel->file_key != spec->key || channel->file_error != spec->key_error))
		return true;
	switch (channel->state) {
	case STATE_ACTIVE:
		return object == NULL ||
		       (!channel->link.observed && now >= channel->next_heal && is_changed(channel, object));
	case STATE_ABSENT:
		if (channel->is_removed_by_hand)
			return false;
		if (channel->spec == NULL)
			return true; /* its link could not be removed */
		if (channel->spec->manage == MANAGE_OWN && now < channel->next_heal)
			channel_say_when(channel, now);
		return channel->spec->manage == MANAGE_OWN
			       ? now >= channel->next_heal
			       : kipc_object_find(channel->kind, channel->spec->key, &found) == 0;
	case STATE_CONFLICT:
		return kipc_object_find(channel->kind, channel->spec->key, &found) < 0;
	case STATE_STALE:
	case STATE_RETAINED:
		return object == NULL;
	case STATE_FAILED:
		return now >= channel->next_heal;
	case STATE_LOST:
		/* The users of the old segment may have detached it; a semaphore set waits for `kipcctl recover`. */
		return channel->kind == KIPC_SEGMENT &&
		       kipc_object_stat(KIPC_SEGMENT, channel->link.id, &found) < 0;
	}
	return false;
}

struct fill {
	uint64_t messages, bytes, capacity;
};

/* Whether the ring was found broken for the first time. A reconcile then makes that the reason of the channel. */
static bool note_trouble(struct channel *channel, const struct kernel_ring *ring)
{
	bool was_broken = channel->is_ring_broken;
	char *trouble = kernel_ring_trouble(ring, channel->name);

	channel->is_ring_broken = trouble != NULL;
	free(trouble);
	return channel->is_ring_broken && !was_broken;
}

static bool fill_of_ring(const struct kernel_ring *ring, struct fill *ret_fill)
{
	if (!ring->is_laid_out || ring->stat.fault != KIPC_RING_SOUND || ring->stat.capacity == 0 ||
	    ring->stat.used > ring->stat.capacity)
		return false;
	*ret_fill = (struct fill){ ring->stat.messages, ring->stat.used, ring->stat.capacity };
	return true;
}

static void compare_fill(struct events *events, struct channel *channel, key_t key, const struct fill *fill)
{
	unsigned percent = (unsigned)(fill->bytes * 100 / fill->capacity);

	if (!channel->is_above_warn_at && percent >= channel->spec->warn_at)
		events_tell(events, LOG_WARNING, EVENT_ABOVE_WARN_AT, channel->name, channel->kind, key,
			    "%u%% full (%llu %s, %llu of %llu bytes); warn_at is %u%%", percent,
			    (unsigned long long)fill->messages, plural(fill->messages, "message", "messages"),
			    (unsigned long long)fill->bytes, (unsigned long long)fill->capacity,
			    channel->spec->warn_at);
	else if (channel->is_above_warn_at && percent < channel->spec->warn_at)
		events_tell(events, LOG_NOTICE, EVENT_BELOW_WARN_AT, channel->name, channel->kind, key,
			    "%u%% full, below warn_at again (%u%%)", percent, channel->spec->warn_at);
	channel->is_above_warn_at = percent >= channel->spec->warn_at;
}

/* Compares the number of mappings; kipcd itself has none left at this point. */
static void compare_attached(struct events *events, struct channel *channel, const struct kipc_object *object)
{
	uint64_t before = channel->attached, now = object->segment.attached;

	channel->attached = now;
	if (!channel->is_seen || now == before)
		return;
	events_tell(events, LOG_DEBUG, now > before ? EVENT_ATTACHED : EVENT_DETACHED, channel->name,
		    channel->kind, object->key,
		    "attached %llu %s (%llu before); the last process to attach or detach was %d",
		    (unsigned long long)now, plural(now, "time", "times"), (unsigned long long)before,
		    (int)object->segment.lpid);
}

/* One process often receives from many neighbouring queues: it is checked once. */
static bool has_receiver_ended(struct manager *manager, pid_t receiver)
{
	if (manager->sample.receiver != receiver) {
		manager->sample.receiver = receiver;
		manager->sample.has_receiver_ended = process_has_ended(receiver);
	}
	return manager->sample.has_receiver_ended;
}

/* A queue with messages whose last receiver has ended: told once for each receiver. */
static void look_for_consumer(struct manager *manager, struct channel *channel,
			      const struct kipc_object *object)
{
	struct events *events = &manager->events;
	pid_t receiver = object->queue.lrpid;

	if (object->queue.messages == 0 || receiver <= 0 || !has_receiver_ended(manager, receiver)) {
		channel->n_consumer_gone = 0;
		return;
	}
	if (channel->gone_consumer == receiver || ++channel->n_consumer_gone < CONSUMER_GONE_AFTER)
		return;
	channel->gone_consumer = receiver;
	events_tell(events, LOG_NOTICE, EVENT_CONSUMER_GONE, channel->name, channel->kind, object->key,
		    "holds %llu %s, but process %d, which received last, has ended: start the consumer",
		    (unsigned long long)object->queue.messages,
		    plural(object->queue.messages, "message", "messages"), (int)receiver);
}

void sample_note_head(struct channel *channel, const struct kipc_object *object)
{
	uint64_t now;

	if (object->queue.messages == 0) {
		channel->head.since = 0;
		return;
	}
	if (channel->head.since != 0 && channel->head.rtime == object->queue.rtime &&
	    channel->head.id == object->id)
		return;
	now = clock_usec(CLOCK_REALTIME);
	channel->head.since = (int64_t)(now / USEC_PER_SEC) > object->queue.rtime ? now : 0;
	channel->head.rtime = object->queue.rtime;
	channel->head.id = object->id;
}

static uint32_t to_sample(uint64_t number)
{
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static void keep_sample(struct channel *channel, size_t room, const struct kipc_object *object,
			const struct kernel_ring *ring)
{
	struct history_sample sample = { 0 };
	uint64_t received;

	if (object->kind == KIPC_QUEUE) {
		sample.depth = to_sample(object->queue.messages);
	} else if (ring != NULL) {
		received = ring->stat.received_messages;
		sample.depth = to_sample(ring->stat.messages);
		/* Any process that can write to a ring can change its counters. */
		if (channel->history != NULL && received > channel->received)
			sample.passed = to_sample(received - channel->received);
		channel->received = received;
	} else if (object->kind == KIPC_SEGMENT) {
		sample.depth = to_sample(object->segment.attached);
	}
	history_add(&channel->history, room, &sample);
}

static bool has_warn_at(const struct channel *channel)
{
	return channel->spec != NULL && channel->spec->warn_at != 0;
}

/* How full it is, who uses it, and its history. True: a reconcile is needed. */
static bool look_at_use(struct manager *manager, struct channel *channel, const struct kipc_object *object,
			size_t room)
{
	bool is_kept = room > 0 && (manager->sample.keeps_histories || has_warn_at(channel)), is_news = false;
	bool has_ring = false;
	struct kernel_ring ring;
	struct fill fill = { 0 };

	if (object->kind == KIPC_QUEUE) {
		fill = (struct fill){ object->queue.messages, object->queue.bytes, object->queue.capacity };
		look_for_consumer(manager, channel, object);
		sample_note_head(channel, object);
	} else if (object->kind == KIPC_SEGMENT) {
		compare_attached(&manager->events, channel, object);
		has_ring = channel->link.is_ring && (is_kept || has_warn_at(channel)) &&
			   kernel_look_into_ring(object, &ring) == 0;
	}
	if (has_ring) {
		is_news = note_trouble(channel, &ring) && !channel->link.observed;
		has_ring = fill_of_ring(&ring, &fill);
	}
	if (has_warn_at(channel) && fill.capacity > 0)
		compare_fill(&manager->events, channel, object->key, &fill);
	if (is_kept)
		keep_sample(channel, room, object, has_ring ? &ring : NULL);
	channel->is_seen = true;
	return is_news;
}

/* How many samples each channel keeps; 0: none keeps any. Frees the histories that are no longer kept. */
static size_t choose_room(struct manager *manager, uint64_t now)
{
	size_t n_kept = 0;

	manager->sample.keeps_histories = now < manager->sample.histories_until;
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];

		if (manager->sample.keeps_histories || has_warn_at(channel)) {
			n_kept++;
		} else {
			free(channel->history);
			channel->history = NULL;
		}
	}
	return n_kept > 0 ? history_room(n_kept) : 0;
}

/* The next object starts without a past. */
static void forget_look(struct channel *channel)
{
	channel->is_seen = false;
	channel->head.since = 0;
}

static bool look_at_all(struct manager *manager, uint64_t now)
{
	size_t room = choose_room(manager, now);
	bool is_wrong = false;

	manager->sample.receiver = 0;
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];
		struct kipc_object object;
		int there = channel_look(channel, &object);
		bool is_there = there > 0;

		if (there < 0) { /* unknown: it must not stay active because of an earlier sample */
			is_wrong |= channel->state == STATE_ACTIVE;
			continue;
		}
		is_wrong |= needs_attention(channel, is_there ? &object : NULL, now);
		if (is_there)
			is_wrong |= look_at_use(manager, channel, &object, room);
		else
			forget_look(channel);
	}
	return is_wrong;
}

static void sample(struct manager *manager, uint64_t now)
{
	uint64_t start = clock_usec(CLOCK_MONOTONIC);
	bool is_wrong = key_changes_sample(manager);

	is_wrong |= look_at_all(manager, now);
	manager->statistics.samples++;
	manager->statistics.sample_usec_last = clock_usec(CLOCK_MONOTONIC) - start;
	if (manager->statistics.sample_usec_last > manager->statistics.sample_usec_max)
		manager->statistics.sample_usec_max = manager->statistics.sample_usec_last;
	if (is_wrong)
		reconcile_heal(manager);
	else
		waiting_update(manager->waiting, manager->channels, manager->n_channels,
			       manager->config->sample_interval);
}

static int on_sample(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct manager *manager = userdata;
	uint64_t now;

	if (!damage_restore(manager))
		return sd_event_exit(manager->event, MANAGER_START_AGAIN);
	if (manager->damage.has_nsid &&
	    namespace_keep_marker(&manager->runtime, &manager->namespace, &manager->damage.nsid))
		damage_learn(manager);
	sd_event_now(manager->event, CLOCK_MONOTONIC, &now);
	sample(manager, now);
	sd_event_source_set_time_relative(source, manager->config->sample_interval);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int sample_start(struct manager *manager)
{
	uint64_t interval = manager->config->sample_interval;
	uint64_t slack = interval / 10; /* lets the kernel combine this wake-up with others */
	sd_event_source *timer = manager->sample_timer;
	int r;

	if (timer == NULL)
		return sd_event_add_time_relative(manager->event, &manager->sample_timer, CLOCK_MONOTONIC,
						  interval, slack, on_sample, manager);
	/* The timer is changed, never replaced, so that there always is one. */
	r = sd_event_source_set_time_accuracy(timer, slack);
	if (r >= 0)
		r = sd_event_source_set_time_relative(timer, interval);
	return r < 0 ? r : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}
