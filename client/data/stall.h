/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_STALL_H
#define KIPC_CLIENT_DATA_STALL_H

/* On a terminal, a verb that sends to a full channel says within a second what it waits for. */

#include <stdbool.h>
#include <stdint.h>

#include "client/base/command.h"
#include "lib/kipc.h"

struct stall {
	const struct invocation *invocation;
	const char *address; /* as typed */
	struct kipc_channel *channel;
	bool is_done;	 /* it was printed, or is not to be */
	uint64_t n_sent; /* at the previous tick */
};

/*
 * From here on, calls that wait return -EINTR twice a second, if standard error is a terminal and --quiet is not given.
 * Otherwise it costs nothing.
 */
void stall_start(struct stall *stall, const struct invocation *invocation, const char *address,
		 struct kipc_channel *channel);

/* To be called after each -EINTR: prints the sentence once, when nothing was sent since the previous tick. */
void stall_tick(struct stall *stall, uint64_t n_sent);

#endif
