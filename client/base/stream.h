/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_STREAM_H
#define KIPC_CLIENT_BASE_STREAM_H

/* What messages go through: a queue or a ring, which the verbs treat alike. */

#include "client/base/command.h"
#include "lib/kipc.h"

/*
 * Opens a queue or, where the address means none, a ring. Errors of kipc_open(); -EPROTOTYPE: a raw segment or a
 * semaphore.
 */
int stream_open(const char *address, const char *runtime_dir, struct kipc_channel **ret_stream);

/* How many messages are in it now. Errors of kipc_stat() and kipc_ring_stat(). */
int stream_count(struct kipc_channel *stream, uint64_t *ret_messages);

#endif
