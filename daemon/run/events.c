/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The buffer of events. Written by the rooms run and change; read by events-bus.c. Journal, memory and listener get an
 * event from one call, so that all three say the same.
 */

#include "daemon/run/events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/service/log.h"

void events_done(struct events *events)
{
	for (size_t i = 0; events->items != NULL && i < EVENTS_MAX; i++)
		free(events->items[i].detail);
	free(events->items);
	*events = (struct events){ 0 };
}

/* D-Bus refuses a string that is cut off in the middle of a character. */
static void drop_cut_character(char *text, size_t size)
{
	size_t n = strlen(text), start = n;

	if (n + 1 < size)
		return;
	while (start > 0 && (text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (text[start - 1] & 0x80) != 0)
		text[start - 1] = '\0';
}

/* Takes over the detail. */
static const struct event *remember(struct events *events, const struct event *event)
{
	struct event *place;

	if (events->items == NULL)
		events->items = calloc(EVENTS_MAX, sizeof *events->items);
	if (events->items == NULL) {
		free(event->detail);
		return NULL;
	}
	place = &events->items[events->n_ever % EVENTS_MAX];
	free(place->detail);
	*place = *event;
	place->number = ++events->n_ever;
	return place;
}

void events_tell(struct events *events, int level, enum event_word word, const char *name,
		 enum kipc_kind kind, key_t key, const char *format, ...)
{
	struct event event = { .usec = clock_usec(CLOCK_REALTIME), .word = word, .kind = kind, .key = key };
	char detail[EVENT_DETAIL_MAX];
	const struct event *remembered;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(detail, sizeof detail, format, arguments);
	va_end(arguments);
	drop_cut_character(detail, sizeof detail);
	snprintf(event.name, sizeof event.name, "%s", name);
	event.detail = strdup(detail);
	log_event(level, event_rows[word].message_id, event_rows[word].word, name, kind, key, detail);
	remembered = event.detail != NULL ? remember(events, &event) : NULL;
	if (remembered != NULL && events->listener != NULL)
		events->listener(remembered, events->userdata);
}

const struct event *events_next(const struct events *events, uint64_t after)
{
	uint64_t oldest = events->n_ever > EVENTS_MAX ? events->n_ever - EVENTS_MAX : 0;

	if (after < oldest)
		after = oldest;
	return after >= events->n_ever ? NULL : &events->items[after % EVENTS_MAX];
}
