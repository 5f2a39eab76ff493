/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_EVENTS_H
#define KIPC_DAEMON_RUN_EVENTS_H

/*
 * Events: one call logs each, remembers it, and hands it to the listener. At most EVENTS_MAX are remembered, in at most 2
 * MiB; the oldest is forgotten first.
 */

#include "common/event-words.h"
#include "lib/kipc.h"

#define EVENTS_MAX 4096
#define EVENT_DETAIL_MAX 400 /* bytes of the sentence; the rest is cut off */

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
