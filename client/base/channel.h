/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_CHANNEL_H
#define KIPC_CLIENT_BASE_CHANNEL_H

/* Opening the channel of an address, and what it is: a queue, a ring, a raw segment or a semaphore set. */

#include "client/base/command.h"
#include "common/channel-class.h"
#include "lib/kipc.h"

/* "queue", "segment", "semaphore", NULL: the kinds in the order in which they are shown, and the place of one there. */
#define N_CHANNEL_KINDS 3
extern const char *const channel_kinds[N_CHANNEL_KINDS + 1];

static inline size_t channel_kind_index(enum kipc_kind kind)
{
	return kind == KIPC_QUEUE ? 0 : kind == KIPC_SEGMENT ? 1 : 2;
}

/*
 * Opens the channel of an address if it is of one of these classes. -EPROTOTYPE: it is of another class; errors of
 * kipc_open() and channel_find_class().
 */
int channel_open(const struct invocation *invocation, const char *address, unsigned classes,
		 struct kipc_channel **ret_channel, enum channel_class *ret_class);

/* The class of a channel that is open. Errors of kipc_channel_is_ring(). */
int channel_find_class(struct kipc_channel *channel, enum channel_class *ret_class);

/* The class of a name in the registry; the object is not looked at. */
enum channel_class channel_class_of_name(const struct kipc_name *name);

/* "a queue", "a ring", "a raw segment", "a semaphore set". */
const char *channel_class_to_string(enum channel_class class);

/* How many messages are now in a queue or ring. Errors of kipc_stat() and kipc_ring_stat(). */
int channel_count_messages(struct kipc_channel *channel, uint64_t *ret_messages);

#define CLEANUP_CHANNEL __attribute__((cleanup(channel_cleanup)))

static inline void channel_cleanup(struct kipc_channel **channel)
{
	kipc_close(*channel);
}

#endif
