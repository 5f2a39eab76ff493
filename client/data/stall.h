/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_STALL_H
#define KIPC_CLIENT_DATA_STALL_H

/* On a terminal, a command that sends to a full channel says within a second what it waits for. */

#include <stdbool.h>
#include <stdint.h>

#include "client/base/command.h"
#include "lib/kipc.h"

struct stall {
	const struct invocation *invocation;
	const char *address; /* as it was typed */
	struct kipc_channel *channel;
	bool is_told;
	uint64_t n_sent; /* at the last look */
};

/*
 * From now on calls that wait return -EINTR twice a second, if standard error is a terminal and there is no --quiet. Costs
 * nothing elsewhere.
 */
void stall_watch(struct stall *stall, const struct invocation *invocation, const char *address,
		 struct kipc_channel *channel);

/* Call this after each -EINTR: it prints the sentence once, when nothing was sent since the last look. */
void stall_look(struct stall *stall, uint64_t n_sent);

#endif
