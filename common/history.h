/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_HISTORY_H
#define KIPC_COMMON_HISTORY_H

/*
 * The last samples of one channel. The histories of all channels together take at most HISTORY_BYTES: with 30,000 channels each
 * keeps the last 69 samples, with 6,990 or fewer the last 300.
 */

#include <stddef.h>
#include <stdint.h>

#define HISTORY_BYTES (UINT64_C(16) << 20)
#define HISTORY_SAMPLES_MAX 300

struct history_sample {
	uint32_t depth;	 /* messages; of a raw segment, mappings */
	uint32_t passed; /* a ring: messages received since the sample before; else 0 */
};

struct history {
	size_t room, n, next; /* samples; `next` is where the next one goes */
	struct history_sample samples[];
};

/* How many samples each of n channels may keep. */
size_t history_room(size_t n_channels);

/*
 * Adds a sample to *history (NULL: to a new one), which keeps the last `room` of them. Without memory, nothing changes.
 */
void history_add(struct history **history, size_t room, const struct history_sample *sample);

/* The i-th, from the oldest. */
const struct history_sample *history_get(const struct history *history, size_t i);

#endif
