/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verbs lock, up and down. lock takes the semaphore with SEM_UNDO and executes COMMAND in its own place, which
 * keeps the undo: the kernel gives the semaphore back when COMMAND ends, even by kill -9. No process in between can die
 * first, swallow signals or change the exit status.
 */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "lib/kipc.h"

/* --count for libkipc; a number that is too large stays too large. */
static int count_of(const struct options *options)
{
	return options->count > INT_MAX ? INT_MAX : (int)options->count;
}

static enum status report_semaphore(const struct invocation *invocation, int error)
{
	if (error == -ERANGE)
		return report(invocation, invocation->args[0], STATUS_FAILED,
			      "the value of a semaphore must stay between 0 and 32767 (--count=%" PRIu64 ")",
			      invocation->options->count);
	return errors_report(invocation, invocation->args[0], error);
}

/* Reports errors of kipc_open() itself: its -ERANGE means another thing than that of the other calls. */
static int open_semaphore(const struct invocation *invocation, struct kipc_channel **ret_channel,
			  enum status *ret_status)
{
	int r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_SEMAPHORE, ret_channel);

	if (r < 0)
		*ret_status = errors_report(invocation, invocation->args[0], r);
	return r;
}

/* Signals are not caught and end the program; -EINTR comes from a stop and continue. */
static int take(const struct invocation *invocation, struct kipc_channel *channel, unsigned flags)
{
	const struct options *options = invocation->options;
	struct time_limit limit = time_limit_in(options->timeout);
	int r;

	do
		r = kipc_down(channel, kipc_channel_index(channel), count_of(options), flags,
			      time_limit_left(&limit));
	while (r == -EINTR);
	return r;
}

enum status command_up(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct kipc_channel *channel;
	enum status status;
	int r;

	if (open_semaphore(invocation, &channel, &status) < 0)
		return status;
	if (options_has(options, OPTION_MAX))
		r = kipc_up_to(channel, kipc_channel_index(channel), count_of(options), (int)options->max, 0);
	else
		r = kipc_up(channel, kipc_channel_index(channel), count_of(options), 0);
	kipc_close(channel);
	return r < 0 ? report_semaphore(invocation, r) : STATUS_DONE;
}

enum status command_down(const struct invocation *invocation)
{
	struct kipc_channel *channel;
	enum status status;
	int r;

	if (open_semaphore(invocation, &channel, &status) < 0)
		return status;
	r = take(invocation, channel, 0);
	kipc_close(channel);
	return r < 0 ? report_semaphore(invocation, r) : STATUS_DONE;
}

enum status command_lock(const struct invocation *invocation)
{
	char **command = invocation->args + 1;
	struct kipc_channel *channel;
	enum status status;
	int r;

	if (open_semaphore(invocation, &channel, &status) < 0)
		return STATUS_LOCK_FAILED;
	r = take(invocation, channel, KIPC_UNDO);
	kipc_close(channel);
	if (r < 0) {
		status = report_semaphore(invocation, r);
		return status == STATUS_NOTHING ? (enum status)invocation->options->busy_status
						: STATUS_LOCK_FAILED;
	}

	execvp(command[0], command);
	status = errno == ENOENT ? STATUS_LOCK_NOT_FOUND : STATUS_LOCK_CANNOT_RUN;
	return report(invocation, invocation->args[0], status, "cannot run '%s': %s", command[0],
		      strerror(errno));
}
