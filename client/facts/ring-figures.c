/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The figures in the header of a ring. Only a segment that is known to be a ring is attached, since attaching changes shm_atime and
 * shm_lpid, and only for a column that shows one of the figures. The oldest record is checked too, so that a corrupt ring shows
 * before a program meets it.
 */

#include "client/facts/ring-figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int ring_figures_new(int id, struct ring_figures **ret_figures)
{
	struct ring_figures *figures = malloc(sizeof *figures);

	if (figures == NULL)
		return -ENOMEM;
	*figures = (struct ring_figures){ .id = id, .error = 1 };
	*ret_figures = figures;
	return 0;
}

struct ring_figures *ring_figures_free(struct ring_figures *figures)
{
	free(figures);
	return NULL;
}

static int open_segment(int id, struct kipc_channel **ret_channel)
{
	char address[32];

	snprintf(address, sizeof address, "segment:@%d", id);
	return kipc_open(address, NULL, KIPC_SEGMENT, ret_channel);
}

bool ring_figures_is_ring(int id)
{
	struct kipc_channel *channel;
	int r;

	if (open_segment(id, &channel) < 0)
		return false;
	r = kipc_channel_is_ring(channel);
	kipc_close(channel);
	return r > 0 || r == -EBADMSG;
}

static int read_figures(int id, struct kipc_ring *ret_ring)
{
	struct kipc_channel *channel;
	size_t size;
	int r;

	r = open_segment(id, &channel);
	if (r < 0)
		return r;
	r = kipc_ring_stat(channel, ret_ring);
	if (r == 0 && ret_ring->fault == KIPC_RING_SOUND && kipc_next_size(channel, &size) == -EBADMSG)
		ret_ring->fault = kipc_ring_fault(channel);
	kipc_close(channel);
	return r;
}

const struct kipc_ring *ring_figures_get(struct ring_figures *figures)
{
	if (figures == NULL)
		return NULL;
	if (figures->error > 0)
		figures->error = read_figures(figures->id, &figures->ring);
	return figures->error == 0 ? &figures->ring : NULL;
}
