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

/* clang-format off */
const struct event_row event_rows[] = {
	[EVENT_STARTED] = { "started", "5014ef5ed72044e98b82285ea7888b4a" },
	[EVENT_RELOADED] = { "reloaded", "091409ecfcd646538fc62d5dcf3e1fd3" },
	[EVENT_CREATED] = { "created", "1f6bf54ea18c4ba282487d261e10ae9f" },
	[EVENT_ADOPTED] = { "adopted", "c6c76e86bb8040fa804676c4161b1dfb" },
	[EVENT_ALTERED] = { "altered", "96298624a40c4d1e8948cd75045e5aba" },
	[EVENT_HEALED] = { "healed", "6971efaaf4af49298a1efb9cb79fb0d5" },
	[EVENT_REMOVED] = { "removed", "d2ab88c909584d1f8ee837f4c9d766ba" },
	[EVENT_RESET] = { "reset", "5d3d511ca1e8445b88a4d389bfa89b61" },
	[EVENT_CONFLICT] = { "conflict", "f7fe688bcc2a4fd787a95a47d309504a" },
	[EVENT_STALE] = { "stale", "4c7b2afd91a7497e8552eb0d81bc8f30" },
	[EVENT_FAILED] = { "failed", "0619d3f275b7401e895a069eb822e495" },
	[EVENT_LOST] = { "lost", "af16e2b152aa4abc8942cde1a22959ee" },
	[EVENT_RETAINED] = { "retained", "472b4812d5704984887c56472fb7fd10" },
	[EVENT_WARNING] = { "warning", "068e2cb461d4460988486441fdd56cf0" },
	[EVENT_ABOVE_WARN_AT] = { "above_warn_at", "0ab1e0842f46494c87cc2f5fe38b2bde" },
	[EVENT_BELOW_WARN_AT] = { "below_warn_at", "3ca33b288c5a4a5f82bcd0cc3139311c" },
	[EVENT_ATTACHED] = { "attached", "93c6043bcbc845ff89986c172bff9339" },
	[EVENT_DETACHED] = { "detached", "249d9ae926034fb2812c8e8fedbdc5f4" },
	[EVENT_CONSUMER_GONE] = { "consumer_gone", "f1f5b2ed73cf406784cf40568f2d5518" },
	[EVENT_RESTORED] = { "restored", "a264bc52707845e5a7aa85a9225ee149" },
	[EVENT_KEY_CHANGED] = { "key_changed", "5852d84ce9824482a9dbe4f9f26f1133" },
};
/* clang-format on */
const size_t n_event_rows = sizeof event_rows / sizeof *event_rows;

void events_done(struct events *events)
{
	for (size_t i = 0; events->items != NULL && i < EVENTS_MAX; i++)
		free(events->items[i].detail);
	free(events->items);
	*events = (struct events){ 0 };
}

/* D-Bus refuses a string that is cut off in the middle of a character. */
static void mend_end(char *text, size_t size)
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
	const struct event *told;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(detail, sizeof detail, format, arguments);
	va_end(arguments);
	mend_end(detail, sizeof detail);
	snprintf(event.name, sizeof event.name, "%s", name);
	event.detail = strdup(detail);
	log_event(level, event_rows[word].message_id, event_rows[word].word, name, kind, key, detail);
	told = event.detail != NULL ? remember(events, &event) : NULL;
	if (told != NULL && events->listener != NULL)
		events->listener(told, events->userdata);
}

const struct event *events_next(const struct events *events, uint64_t after)
{
	uint64_t oldest = events->n_ever > EVENTS_MAX ? events->n_ever - EVENTS_MAX : 0;

	if (after < oldest)
		after = oldest;
	return after >= events->n_ever ? NULL : &events->items[after % EVENTS_MAX];
}
