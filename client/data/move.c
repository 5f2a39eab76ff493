/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb move: takes messages off one queue or ring and puts them on another, one at a time and with their types. A
 * message that TO does not take is put back (rescue.h), so none is lost.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/progress.h"
#include "client/data/rescue.h"
#include "client/data/stall.h"
#include "common/plural.h"
#include "lib/kipc.h"

struct moving {
	const struct invocation *invocation;
	struct kipc_channel *from, *to;
	const char *from_address, *to_address;
	struct hand *hand; /* at most one message */
	struct time_limit limit;
	struct progress progress; /* counts */
	struct stall stall;
};

/* Sends what is in hand. */
static int put(struct moving *moving)
{
	const struct hand_message *message = &moving->hand->messages[0];
	int r;

	while ((r = kipc_send(moving->to, message->type, hand_body(moving->hand, message), message->size,
			      time_limit_left(&moving->limit))) == -EINTR &&
	       !signals_caught())
		stall_tick(&moving->stall, moving->progress.messages);
	if (r == 0) {
		progress_count(&moving->progress, message->size);
		hand_clear(moving->hand);
	}
	return r;
}

/* Takes one message; waits for it only with --count. */
static int take(struct moving *moving)
{
	const struct options *options = moving->invocation->options;
	bool waits = options_has(options, OPTION_COUNT);
	ssize_t n;

	do
		n = hand_receive(moving->hand, moving->from, options->type,
				 options->not_type ? KIPC_NOT_TYPE : 0,
				 waits ? time_limit_left(&moving->limit) : KIPC_NOW);
	while (n == -EINTR && !signals_caught());
	if (n == -ENOMSG && waits && moving->limit.timeout > 0)
		return -ETIMEDOUT;
	return n < 0 ? (int)n : 0;
}

/* Moves --count messages, or those that are there now. Returns the result of the last step. */
static int move_all(struct moving *moving)
{
	const struct options *options = moving->invocation->options;
	uint64_t left = options->count;
	int r = 0;

	if (!options_has(options, OPTION_COUNT))
		r = channel_count_messages(moving->from, &left);
	for (; r == 0 && left > 0 && !signals_caught(); left--) {
		r = take(moving);
		if (r == -ENOMSG && !options_has(options, OPTION_COUNT))
			return 0;
		if (r == 0)
			r = put(moving);
	}
	return r;
}

/* The message in hand could not be sent. */
static enum status give_back(struct moving *moving, int error)
{
	const struct hand_message *message = &moving->hand->messages[0];
	enum status status = errors_status(error);
	char cause[160];

	if (error == -EMSGSIZE)
		(void)snprintf(cause, sizeof cause, "a message of %zu %s is too large for %.64s",
			       message->size, plural(message->size, "byte", "bytes"), moving->to_address);
	else if (error == -EAGAIN || error == -ETIMEDOUT)
		(void)snprintf(cause, sizeof cause, "%.64s is full", moving->to_address);
	else
		(void)snprintf(cause, sizeof cause, "%.64s: %s", moving->to_address,
			       error == -EINTR ? "interrupted" : strerror(-error));
	rescue_messages(moving->invocation, moving->from_address, moving->from, moving->hand, cause);
	return status;
}

static enum status move(struct moving *moving)
{
	const struct invocation *invocation = moving->invocation;
	enum status status = STATUS_DONE, result;
	int r;

	signals_catch();
	progress_start(&moving->progress, invocation->options->quiet, -1);
	stall_start(&moving->stall, invocation, moving->to_address, moving->to);
	r = move_all(moving);
	progress_end(&moving->progress);
	if (!hand_is_empty(moving->hand))
		status = give_back(moving, r);
	else if (r < 0 && !(r == -EINTR && signals_caught())) /* after a signal, main() ends with it */
		status = errors_report(invocation, moving->from_address, r);

	result = report_result(
		invocation, "%" PRIu64 " %s (%" PRIu64 " %s) moved to %s\n", moving->progress.messages,
		plural(moving->progress.messages, "message", "messages"), moving->progress.bytes,
		plural(moving->progress.bytes, "byte", "bytes"), moving->to_address);
	return status == STATUS_DONE ? result : status;
}

enum status command_move(const struct invocation *invocation)
{
	CLEANUP_CHANNEL struct kipc_channel *from = NULL;
	CLEANUP_CHANNEL struct kipc_channel *to = NULL;
	CLEANUP_HAND struct hand *hand = NULL;
	struct moving moving = {
		.invocation = invocation,
		.from_address = invocation->args[0],
		.to_address = invocation->args[1],
		.limit = time_limit_in(invocation->options->timeout),
	};
	enum channel_class class;
	int r;

	r = channel_open(invocation, moving.from_address, CHANNEL_STREAM, &from, &class);
	if (r < 0)
		return errors_report(invocation, moving.from_address, r);
	r = channel_open(invocation, moving.to_address, CHANNEL_STREAM, &to, &class);
	if (r < 0)
		return errors_report(invocation, moving.to_address, r);
	if (kipc_channel_kind(from) == kipc_channel_kind(to) && kipc_channel_id(from) == kipc_channel_id(to))
		return report(invocation, moving.from_address, STATUS_USAGE, "it is the same channel as %s",
			      moving.to_address);
	r = hand_new(HAND_LINES, NULL, &hand); /* a form in which each message has some output */
	if (r < 0)
		return errors_report(invocation, moving.from_address, r);
	moving.from = from;
	moving.to = to;
	moving.hand = hand;
	return move(&moving);
}
