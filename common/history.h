/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_HISTORY_H
#define KIPC_COMMON_HISTORY_H

/*
 * What one channel was like at its last samples. Together the histories of all channels take at most HISTORY_BYTES: with
 * 30,000 channels each keeps the last 69 samples, with 6,990 or fewer the last 300.
 */

#include <stddef.h>
#include <stdint.h>

#define HISTORY_BYTES (UINT64_C(16) << 20)
#define HISTORY_SAMPLES_MAX 300

struct history_sample {
	uint32_t depth;	 /* messages; of a raw segment, mappings */
	uint32_t passed; /* messages that were received since the sample before; of a ring, 0 elsewhere */
};

struct history {
	size_t room, n, next; /* samples; `next` is where the next one goes */
	struct history_sample samples[];
};

/* How many samples each of n channels may keep. */
size_t history_room(size_t n_channels);

/*
 * Adds a sample to *history (NULL: to a new one) that keeps `room` of them; of more than that the oldest go. Out of memory
 * nothing changes.
 */
void history_add(struct history **history, size_t room, const struct history_sample *sample);

/* The i-th, from the oldest. */
const struct history_sample *history_get(const struct history *history, size_t i);

#endif
