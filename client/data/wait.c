/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb wait: returns when a message is there or a semaphore could be had, and takes nothing. A message of zero
 * bytes is taken and put back by libkipc, so that signals must not end the program at any time.
 */

#include <errno.h>

#include "client/base/errors.h"
#include "client/base/signals.h"
#include "client/base/stream.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "lib/kipc.h"

enum status command_wait(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct time_limit limit = time_limit_in(options->timeout);
	const char *address = invocation->args[0];
	struct kipc_channel *channel;
	int r;

	r = kipc_open(address, invocation->runtime_dir, KIPC_QUEUE | KIPC_SEMAPHORE, &channel);
	if (r == -ENOENT || r == -EPROTOTYPE)
		r = stream_open(address, invocation->runtime_dir, &channel);
	if (r < 0)
		return errors_report(invocation, address, r);
	signals_catch();
	do
		r = kipc_wait(channel, options->type, options->not_type ? KIPC_NOT_TYPE : 0,
			      time_limit_left(&limit));
	while (r == -EINTR && !signals_caught());
	kipc_close(channel);
	if (r == -EINTR)
		return STATUS_FAILED; /* main() dies of the signal */
	return r < 0 ? errors_report(invocation, address, r) : STATUS_DONE;
}
