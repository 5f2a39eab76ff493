/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb wait: returns when a message or a semaphore is available, and takes nothing. libkipc takes a message of zero
 * bytes and puts it back; a signal must not end the program in between.
 */

#include <errno.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/signals.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "lib/kipc.h"

enum status command_wait(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct time_limit limit = time_limit_in(options->timeout);
	const char *address = invocation->args[0];
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;
	enum channel_class class;
	int r;

	r = channel_open(invocation, address, CHANNEL_STREAM | CHANNEL_SEMAPHORE, &channel, &class);
	if (r < 0)
		return errors_report(invocation, address, r);
	signals_catch();
	do
		r = kipc_wait(channel, options->type, options->not_type ? KIPC_NOT_TYPE : 0,
			      time_limit_left(&limit));
	while (r == -EINTR && !signals_caught());
	if (r == -EINTR)
		return STATUS_FAILED; /* main() ends with the signal */
	return r < 0 ? errors_report(invocation, address, r) : STATUS_DONE;
}
