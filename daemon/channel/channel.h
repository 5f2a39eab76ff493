/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_CHANNEL_H
#define KIPC_DAEMON_CHANNEL_CHANNEL_H

/* One channel as kipcd knows it while it runs: what is declared, what the registry says, how it stands. */

#include "common/channel-words.h"
#include "common/history.h"
#include "daemon/config/spec.h"
#include "lib/registry.h"

struct channel {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	const struct channel_spec *spec; /* owned by the manager's config; NULL: declared no more */

	bool has_link;		   /* it has a name in the registry … */
	struct registry_link link; /* … which means this object */

	/* An interrupted creation that could not be settled: something of it may be left on that key. */
	bool has_intent;
	enum kipc_kind intent_kind;
	key_t intent_key;

	void *held; /* segment: our own attachment, against kernel.shm_rmid_forced; else NULL */

	enum channel_state state;
	char *reason; /* what is wrong and what would mend it; NULL: all is well */

	/* What was known of the file of its key (channel_spec::path) when it was brought up to date last. */
	key_t file_key;
	int file_error;

	/* As kipcd left the object; what differs was changed from outside. */
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
	uint64_t received;	  /* ring: messages, ever */
	struct {
		uint64_t since; /* microseconds since the epoch; 0: none there, or not known yet */
		int64_t rtime;	/* of the queue then */
		int id;
	} head; /* queue: how long its first message has been the first, as far as samples saw */
	struct history *history; /* NULL: nobody watches */

	/* As D-Bus was told last. */
	bool is_told;
	enum channel_state told_state;
	int told_id;

	bool is_link_lost;	 /* somebody removed it from the registry, and it cannot be written again */
	bool is_removed_by_hand; /* and stays so until the next reload */
	bool is_above_warn_at;
	bool is_ring_broken; /* as a sample last found it */

	/* Mending what somebody keeps undoing, ever more slowly (microseconds, CLOCK_MONOTONIC). */
	uint64_t last_mended, next_mend, mend_delay;
};

/* Frees what the struct points to and owns, not the struct. */
void channel_done(struct channel *channel);

/* The one of that name in an array that is sorted by name, or NULL. */
struct channel *channel_find(const struct channel *channels, size_t n_channels, const char *name);

/* The reason of a channel that is absent because it is removed again and again: when it comes back, as of `now`. */
void channel_say_when(struct channel *channel, uint64_t now);

/*
 * Whether the kernel still holds the object that a link means, and it is ours unless it is observed. 1: yes, and *ret_object
 * (may be NULL) is it; 0: it is gone, or somebody else's; -errno: that cannot be told, and nothing may be concluded from it.
 */
int link_look(const struct registry_link *link, struct kipc_object *ret_object);
int channel_look(const struct channel *channel, struct kipc_object *ret_object);

/* The object is certainly there. */
bool link_is_there(const struct registry_link *link, struct kipc_object *ret_object);
bool channel_is_there(const struct channel *channel, struct kipc_object *ret_object);

/* What it is instead of active, as the failure of a call: -EEXIST (conflict), -EBUSY (stale), -EIO; gives the sentence. */
int channel_fail(const struct channel *channel, char **reterr_text);

#endif
