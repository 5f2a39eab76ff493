/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_RING_FIGURES_H
#define KIPC_CLIENT_FACTS_RING_FIGURES_H

/* The figures in the header of a ring, read on first use by attaching it for a moment, read-only. */

#include "lib/kipc.h"

struct ring_figures {
	int id;
	int error; /* 1: not read yet; 0; otherwise why they cannot be read */
	struct kipc_ring ring;
};

/* Attaches the segment, read-only, to find out. False also if it may not be read. */
bool ring_figures_is_ring(int id);

/* -ENOMEM. */
int ring_figures_new(int id, struct ring_figures **ret_figures);
struct ring_figures *ring_figures_free(struct ring_figures *figures);

/* NULL (`figures` may be): not a ring, or it may not be read. */
const struct kipc_ring *ring_figures_get(struct ring_figures *figures);

#endif
