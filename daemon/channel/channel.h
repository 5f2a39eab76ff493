/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_CHANNEL_H
#define KIPC_DAEMON_CHANNEL_CHANNEL_H

/* A channel as kipcd knows it while it runs: its declaration, its link, its state. */

#include "common/channel-words.h"
#include "common/history.h"
#include "daemon/config/spec.h"
#include "lib/registry.h"

struct channel {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	const struct channel_spec *spec; /* owned by the manager's config; NULL: no longer declared */

	bool has_link;		   /* it has a name in the registry … */
	struct registry_link link; /* … which means this object */

	/* An interrupted creation that could not be settled: an object may be left under that key. */
	bool has_intent;
	enum kipc_kind intent_kind;
	key_t intent_key;

	void *held; /* a segment: our own attachment, against kernel.shm_rmid_forced; else NULL */

	enum channel_state state;
	char *reason; /* what is wrong, and the cure; NULL: nothing is */

	/* The file of its key (channel_spec::path), as it was known at the last update of the channel. */
	key_t file_key;
	int file_error;

	/* As kipcd left the object; any difference was made by another program. */
	uid_t uid;
	gid_t gid;
	mode_t mode;
	uint64_t capacity;

	uint32_t healings, losses; /* since kipcd started */

	/* As the last sample saw it. */
	bool is_seen;
	uint64_t attached;	  /* segment: mappings */
	pid_t gone_consumer;	  /* queue: the last receiver, found to have ended; 0: none */
	unsigned n_consumer_gone; /* samples in a row */
	uint64_t received;	  /* ring: all messages so far */
	struct {
		uint64_t since; /* microseconds since the epoch; 0: none there, or not known yet */
		int64_t rtime;	/* of the queue then */
		int id;
	} head; /* queue: since when its first message has been the first, as far as samples saw */
	struct history *history; /* NULL: not kept */

	/* channel-bus.c: as D-Bus clients know it */
	struct {
		bool is_known;
		enum channel_state state;
		int id;
	} signalled;

	bool is_link_lost;	 /* its link was removed from the registry, and cannot be restored */
	bool is_removed_by_hand; /* … and stays away until the next reload */
	bool is_above_warn_at;
	bool is_ring_broken; /* at the last sample */

	/* Healing that is undone repeatedly becomes less frequent (microseconds, CLOCK_MONOTONIC). */
	uint64_t last_healed, next_heal, heal_delay;
};

/* Frees what the struct points to and owns, not the struct. */
void channel_done(struct channel *channel);

/* The one of that name in an array that is sorted by name, or NULL. */
struct channel *channel_find(const struct channel *channels, size_t n_channels, const char *name);

/* The reason of a channel that is absent because it is removed repeatedly: when it will be recreated, as seen at `now`. */
void channel_say_when(struct channel *channel, uint64_t now);

/*
 * Whether the object of a link still exists and, unless it is observed, is still ours. 1: yes, and *ret_object (may be NULL) is
 * the object; 0: no; -errno: kipcd cannot tell, and nothing may be concluded from that.
 */
int channel_look_at_link(const struct registry_link *link, struct kipc_object *ret_object);
int channel_look(const struct channel *channel, struct kipc_object *ret_object);

/* The failure of a call that should have made the channel active: -EEXIST (conflict), -EBUSY (stale), -EIO, and a sentence. */
int channel_fail(const struct channel *channel, char **reterr_sentence);

#endif
