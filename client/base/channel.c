/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The only file that finds out whether an address means a queue, a ring or a raw segment. */

#include "client/base/channel.h"

#include <assert.h>
#include <errno.h>

const char *const channel_kinds[N_CHANNEL_KINDS + 1] = { "queue", "segment", "semaphore", NULL };

static unsigned kinds_of(unsigned classes)
{
	return ((classes & CHANNEL_QUEUE) != 0 ? KIPC_QUEUE : 0) |
	       ((classes & CHANNEL_SEGMENT) != 0 ? KIPC_SEGMENT : 0) |
	       ((classes & CHANNEL_SEMAPHORE) != 0 ? KIPC_SEMAPHORE : 0);
}

enum channel_class channel_class_of_name(const struct kipc_name *name)
{
	if (name->kind == KIPC_QUEUE)
		return CHANNEL_QUEUE;
	if (name->kind == KIPC_SEMAPHORE)
		return CHANNEL_SEMAPHORE;
	return name->is_ring ? CHANNEL_RING : CHANNEL_RAW;
}

const char *channel_class_to_string(enum channel_class class)
{
	switch (class) {
	case CHANNEL_QUEUE:
		return "a queue";
	case CHANNEL_RING:
		return "a ring";
	case CHANNEL_RAW:
		return "a raw segment";
	case CHANNEL_SEMAPHORE:
		break;
	}
	return "a semaphore set";
}

int channel_find_class(struct kipc_channel *channel, enum channel_class *ret_class)
{
	int is_ring = kipc_channel_is_ring(channel);
	const struct kipc_name name = { .kind = kipc_channel_kind(channel), .is_ring = is_ring > 0 };

	if (is_ring < 0)
		return is_ring;
	*ret_class = channel_class_of_name(&name);
	return 0;
}

int channel_open(const struct invocation *invocation, const char *address, unsigned classes,
		 struct kipc_channel **ret_channel, enum channel_class *ret_class)
{
	bool is_ring_last = (classes & CHANNEL_SEGMENT) == CHANNEL_RING;
	unsigned kinds = kinds_of(is_ring_last ? classes & ~(unsigned)CHANNEL_RING : classes);
	struct kipc_channel *channel;
	enum channel_class class;
	int r;

	assert(kinds != 0);
	r = kipc_open(address, invocation->runtime_dir, kinds, &channel);
	/*
	 * A raw segment with the key of a queue does not make the key ambiguous for a verb that takes no raw segments.
	 */
	if ((r == -ENOENT || r == -EPROTOTYPE) && is_ring_last &&
	    kipc_open(address, invocation->runtime_dir, KIPC_SEGMENT, &channel) == 0)
		r = 0;
	if (r < 0)
		return r;
	r = channel_find_class(channel, &class);
	if (r == 0 && (class & classes) == 0)
		r = -EPROTOTYPE;
	if (r < 0) {
		kipc_close(channel);
		return r;
	}
	*ret_channel = channel;
	*ret_class = class;
	return 0;
}

int channel_count_messages(struct kipc_channel *channel, uint64_t *ret_messages)
{
	struct kipc_object object;
	struct kipc_ring ring;
	int r;

	if (kipc_channel_kind(channel) == KIPC_QUEUE) {
		r = kipc_stat(channel, &object);
		if (r == 0)
			*ret_messages = object.queue.messages;
		return r;
	}
	r = kipc_ring_stat(channel, &ring);
	if (r == 0)
		*ret_messages = ring.messages;
	return r;
}
