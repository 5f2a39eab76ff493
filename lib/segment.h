/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_SEGMENT_H
#define KIPC_LIB_SEGMENT_H

#include "lib/channel.h"

/* Undoes the attachments that kipc_attach(), kipc_read() and kipc_write() made. */
void segment_detach(struct kipc_channel *channel);

#endif
