/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_SEGMENT_H
#define KIPC_LIB_SEGMENT_H

/* The end of a raw segment's mappings. */

#include "lib/channel.h"

/* Detaches what kipc_attach(), kipc_populate(), kipc_read() and kipc_write() attached. */
void segment_detach(struct kipc_channel *channel);

#endif
