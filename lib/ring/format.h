/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_FORMAT_H
#define KIPC_LIB_RING_FORMAT_H

/*
 * The geometry of a ring: written once, when a segment becomes a ring, and checked by each process that
 * attaches it.
 */

#include <stdbool.h>

#include "lib/ring/handle.h"

/* Whether an attached segment says that it is a ring. */
bool ring_format_has_magic(const struct ring_header *header, uint64_t segment_size);

/* Copies the geometry from ring->header and checks it against the size of the segment. -EBADMSG. */
int ring_format_read(struct ring *ring, uint64_t segment_size);

/* Writes the header of an empty ring. capacity and max_message are in bytes; the caller has checked them. */
void ring_format_write(struct ring_header *header, uint64_t capacity, uint64_t max_message,
		       uint64_t pid_namespace);

/* Makes an attached segment a ring. `segment_size` and `max_message` in bytes. Errors of kipc_ring_format(). */
int ring_format(void *address, uint64_t segment_size, size_t max_message);

#endif
