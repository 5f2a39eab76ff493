/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_FORMAT_H
#define KIPC_LIB_RING_FORMAT_H

/* The geometry of a ring: written once, when a segment becomes one, and checked by each that attaches it. */

#include <stdbool.h>

#include "lib/ring/handle.h"

/* Whether the segment, attached here, says that it is a ring. */
bool ring_has_magic(const struct ring_header *header, uint64_t segment_size);

/* Copies the geometry from ring->header and checks it against the size of the segment. -EBADMSG. */
int ring_read_geometry(struct ring *ring, uint64_t segment_size);

/* Writes the header of an empty ring; capacity and max_message in bytes, checked by the caller. */
void ring_write_header(struct ring_header *header, uint64_t capacity, uint64_t max_message,
		       uint64_t pid_namespace);

/* Makes a segment that the caller has attached a ring. Errors as kipc_ring_format(). */
int ring_lay_out(void *address, uint64_t segment_size, size_t max_message);

#endif
