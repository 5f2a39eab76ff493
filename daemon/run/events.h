/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_EVENTS_H
#define KIPC_DAEMON_RUN_EVENTS_H

/*
 * Events: one call logs each, remembers it, and hands it to the listener. At most EVENTS_MAX are remembered, in at most 2
 * MiB; the oldest is forgotten first.
 */

#include "lib/kipc.h"

#define EVENTS_MAX 4096
#define EVENT_DETAIL_MAX 400 /* bytes of the sentence; the rest is cut off */

enum event_word {
	EVENT_STARTED = 0, /* of kipcd itself, without a channel */
	EVENT_RELOADED,
	EVENT_CREATED,
	EVENT_ADOPTED,
	EVENT_ALTERED,
	EVENT_HEALED,
	EVENT_REMOVED,
	EVENT_RESET,
	EVENT_CONFLICT, /* from here on: the channel is in that state now */
	EVENT_STALE,
	EVENT_FAILED,
	EVENT_LOST,
	EVENT_RETAINED,
	EVENT_WARNING, /* it is active, and something is wrong with it */
	EVENT_ABOVE_WARN_AT,
	EVENT_BELOW_WARN_AT,
	EVENT_ATTACHED,
	EVENT_DETACHED,
	EVENT_CONSUMER_GONE,
	EVENT_RESTORED,	   /* a link or file that was removed from the runtime folder */
	EVENT_KEY_CHANGED, /* the file that its key is made of was replaced, removed, or came back */
};

/* For each event its word in every output, and the journal's MESSAGE_ID. */
struct event_row {
	const char *word, *message_id;
};
extern const struct event_row event_rows[];
extern const size_t n_event_rows;

struct event {
	uint64_t number; /* from 1, in order */
	uint64_t usec;	 /* CLOCK_REALTIME */
	enum event_word word;
	char name[KIPC_NAME_MAX + 1]; /* "": of kipcd itself */
	enum kipc_kind kind;	      /* 0: of kipcd itself */
	key_t key;
	char *detail; /* a sentence; never NULL */
};

struct events {
	struct event *items; /* EVENTS_MAX places, allocated with the first event */
	uint64_t n_ever;     /* the number of the last one */
	void (*listener)(const struct event *event, void *userdata); /* NULL: none */
	void *userdata;
};

void events_done(struct events *events);

/* Logs the event at that level, remembers it and calls the listener. Without memory it is only logged. */
void events_tell(struct events *events, int level, enum event_word word, const char *name,
		 enum kipc_kind kind, key_t key, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

/* The oldest that is remembered and has a number above `after`, or NULL. */
const struct event *events_next(const struct events *events, uint64_t after);

#endif
