/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure. Filled by kipcd's samples, and by kipcctl top. */

#include "common/history.h"

#include <assert.h>
#include <stdlib.h>

size_t history_room(size_t n_channels)
{
	uint64_t per_channel = n_channels == 0 ? HISTORY_BYTES : HISTORY_BYTES / n_channels;
	size_t room;

	if (per_channel < sizeof(struct history) + sizeof(struct history_sample))
		return 0;
	room = (per_channel - sizeof(struct history)) / sizeof(struct history_sample);
	return room < HISTORY_SAMPLES_MAX ? room : HISTORY_SAMPLES_MAX;
}

const struct history_sample *history_get(const struct history *history, size_t i)
{
	assert(i < history->n);
	return &history->samples[(history->next + history->room - history->n + i) % history->room];
}

/* A history of another size, with the newest samples of the old one. */
static struct history *resize(const struct history *old, size_t room)
{
	struct history *history = malloc(sizeof *history + room * sizeof *history->samples);

	if (history == NULL)
		return NULL;
	*history = (struct history){ .room = room };
	for (size_t i = old != NULL && old->n > room ? old->n - room : 0; old != NULL && i < old->n; i++)
		history->samples[history->n++] = *history_get(old, i);
	history->next = history->n % room;
	return history;
}

void history_add(struct history **history, size_t room, const struct history_sample *sample)
{
	struct history *kept = *history;

	if (room == 0)
		return;
	if (kept == NULL || kept->room != room) {
		kept = resize(kept, room);
		if (kept == NULL)
			return;
		free(*history);
		*history = kept;
	}
	kept->samples[kept->next] = *sample;
	kept->next = (kept->next + 1) % room;
	kept->n += kept->n < room;
}
