/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Looking at every channel once in sample_interval: is its object still there and as kipcd left it, is a queue or ring
 * fuller than warn_at. One *_STAT_ANY a channel (0.4 microseconds), and a whole reconcile only when something is wrong.
 *
 * Only a ring that has warn_at is looked into, and it is attached for that moment alone (some 10 microseconds). Kept
 * attached, kipcd would count in shm_nattch for ever, which is what tells everybody, kipcd itself at a removal, a reset or
 * a healing included, whether a segment is in use; and one that was removed would live on for kipcd alone. The price
 * is that shm_atime, shm_dtime and shm_lpid of such a ring speak of kipcd: nothing is decided by them where a ring is
 * concerned, which is empty when it has no message.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/kernel.h"
#include "daemon/log.h"
#include "daemon/manager.h"
#include "daemon/reconcile.h"
#include "daemon/sample.h"

static bool is_changed(const struct channel *channel, const struct kipc_object *object)
{
	return object->uid != channel->uid || object->gid != channel->gid || object->mode != channel->mode ||
	       (object->kind == KIPC_QUEUE && channel->spec->capacity != 0 &&
		object->queue.capacity != channel->capacity);
}

/* Whether the world has moved since the channel was last brought up to date, and it is time to do something about it. */
static bool needs_attention(const struct channel *channel, uint64_t now)
{
	struct kipc_object object;
	bool is_there = channel_is_there(channel, &object);

	switch (channel->state) {
	case STATE_ACTIVE:
		return !is_there ||
		       (!channel->link.observed && now >= channel->next_mend && is_changed(channel, &object));
	case STATE_ABSENT:
		if (channel->is_removed_by_hand)
			return false;
		if (channel->spec == NULL)
			return true; /* its name could not be dropped */
		return channel->spec->manage == MANAGE_OWN
			       ? now >= channel->next_mend
			       : kipc_object_find(channel->kind, channel->spec->key, &object) == 0;
	case STATE_CONFLICT:
		return kipc_object_find(channel->kind, channel->spec->key, &object) < 0;
	case STATE_STALE:
	case STATE_RETAINED:
		return !is_there;
	case STATE_FAILED:
		return now >= channel->next_mend;
	case STATE_LOST:
		/* A segment's users may have let go of the old one; a semaphore waits for `kipcctl recover`. */
		return channel->kind == KIPC_SEGMENT &&
		       kipc_object_stat(KIPC_SEGMENT, channel->link.id, &object) < 0;
	}
	return false;
}

struct fill {
	uint64_t messages, bytes, capacity;
};

/* Says once that a ring is broken; a reconcile makes it the reason of the channel. True: news that a reconcile wants. */
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

static void compare_fill(struct channel *channel, key_t key, const struct fill *fill)
{
	unsigned percent = (unsigned)(fill->bytes * 100 / fill->capacity);

	if (!channel->is_above_warn_at && percent >= channel->spec->warn_at)
		log_channel(LOG_WARNING, channel->name, channel->kind, key,
			    "%u%% full (%llu messages, %llu of %llu bytes), warn_at is %u%%", percent,
			    (unsigned long long)fill->messages, (unsigned long long)fill->bytes,
			    (unsigned long long)fill->capacity, channel->spec->warn_at);
	else if (channel->is_above_warn_at && percent < channel->spec->warn_at)
		log_channel(LOG_NOTICE, channel->name, channel->kind, key,
			    "%u%% full, below warn_at (%u%%) again", percent, channel->spec->warn_at);
	channel->is_above_warn_at = percent >= channel->spec->warn_at;
}

/* True: something was found that a reconcile should see. */
static bool look_at_fill(struct channel *channel)
{
	struct kipc_object object;
	struct kernel_ring ring;
	struct fill fill;
	bool is_news = false;

	if (channel->spec == NULL || channel->spec->warn_at == 0 || !channel_is_there(channel, &object))
		return false;
	if (object.kind == KIPC_QUEUE) {
		fill = (struct fill){ object.queue.messages, object.queue.bytes, object.queue.capacity };
	} else if (channel->link.is_ring && kernel_look_into_ring(&object, &ring) == 0) {
		is_news = note_trouble(channel, &ring) && !channel->link.observed;
		if (!fill_of_ring(&ring, &fill))
			return is_news;
	} else {
		return false;
	}
	if (fill.capacity > 0)
		compare_fill(channel, object.key, &fill);
	return is_news;
}

static void sample(struct manager *manager, uint64_t now)
{
	bool wrong = false;
	int r;

	for (size_t i = 0; i < manager->n_channels; i++) {
		wrong |= needs_attention(&manager->channels[i], now);
		wrong |= look_at_fill(&manager->channels[i]);
	}
	if (!wrong)
		return;
	r = reconcile(manager, manager->config, RECONCILE_HEAL, NULL, NULL);
	if (r < 0)
		log_line(LOG_ERR, "healing: %s", strerror(-r));
	manager_notify_status(manager);
}

static int on_sample(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct manager *manager = userdata;

	uint64_t now;

	sd_event_now(manager->event, CLOCK_MONOTONIC, &now);
	sample(manager, now);
	sd_event_source_set_time_relative(source, manager->config->sample_interval);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int sample_start(struct manager *manager)
{
	uint64_t interval = manager->config->sample_interval;

	manager->sample_timer = sd_event_source_unref(manager->sample_timer);
	/* A tenth of slack lets the kernel join our wake-up with others'. */
	return sd_event_add_time_relative(manager->event, &manager->sample_timer, CLOCK_MONOTONIC, interval,
					  interval / 10, on_sample, manager);
}
