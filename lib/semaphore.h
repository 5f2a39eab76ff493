/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_SEMAPHORE_H
#define KIPC_LIB_SEMAPHORE_H

/* Waiting on a semaphore. */

#include "lib/channel.h"

/* kipc_wait() for a channel that is a semaphore set. */
int semaphore_wait(struct kipc_channel *channel, int64_t timeout);

#endif
