/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb recv: takes messages off a queue and writes them to standard output, or prints the text of a raw segment.
 *
 * Received messages stay in hand (hand.h) until they are written, which happens when the hand is full or the queue is
 * empty. So recv never waits with a message that is not written, and loses none that it cannot write.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/signals.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/output.h"
#include "client/data/progress.h"
#include "client/data/rescue.h"
#include "lib/kipc.h"

struct receiving {
	const struct invocation *invocation;
	const char *address;
	struct kipc_channel *queue;
	struct hand *hand;
	struct time_limit limit;
	uint64_t left; /* how many are still to be taken */
	int write_error;
};

static int flush(struct receiving *receiving)
{
	receiving->write_error = hand_flush(receiving->hand);
	return receiving->write_error;
}

/* Takes one message, and writes those in hand before it waits. */
static ssize_t take_one(struct receiving *receiving)
{
	const struct options *options = receiving->invocation->options;
	unsigned flags = options->not_type ? KIPC_NOT_TYPE : 0;
	struct hand *hand = receiving->hand;
	bool may_wait = hand_is_empty(hand);
	ssize_t n;
	int r;

	n = hand_receive(hand, receiving->queue, options->type, flags,
			 may_wait ? time_limit_left(&receiving->limit) : KIPC_NOW);
	if (n != -ENOMSG || may_wait)
		return n;
	r = flush(receiving);
	if (r < 0)
		return r;
	return hand_receive(hand, receiving->queue, options->type, flags, time_limit_left(&receiving->limit));
}

static int take_all(struct receiving *receiving)
{
	struct progress progress;
	ssize_t n = 0;
	int r = 0;

	progress_start(&progress, receiving->invocation->options->quiet, STDOUT_FILENO);
	while (receiving->left > 0 && r == 0 && !signals_caught()) {
		n = take_one(receiving);
		if (n == -EINTR)
			continue;
		if (n < 0) {
			r = (int)n;
			break;
		}
		receiving->left--;
		progress_count(&progress, (size_t)n);
		if (hand_is_full(receiving->hand))
			r = flush(receiving);
		if (r == 0 && receiving->left > 0 && time_limit_is_over(&receiving->limit))
			r = -ETIMEDOUT;
	}
	progress_end(&progress);
	return r;
}

/* Writes what is in hand, or puts it back; then reports how taking ended. */
static enum status finish(struct receiving *receiving, int error)
{
	const struct invocation *invocation = receiving->invocation;
	char cause[128];

	if (receiving->write_error == 0)
		(void)flush(receiving);
	if (receiving->write_error < 0) {
		(void)snprintf(cause, sizeof cause, "standard output: %s", strerror(-receiving->write_error));
		rescue_messages(invocation, receiving->address, receiving->queue, receiving->hand, cause);
		return STATUS_FAILED;
	}
	if (signals_caught()) /* main() ends with it */
		return STATUS_FAILED;
	if (error == -ENOMSG && invocation->options->all)
		return STATUS_DONE;
	if (error == -ENOMSG && time_limit_is_over(&receiving->limit))
		error = -ETIMEDOUT;
	return error < 0 ? errors_report(invocation, receiving->address, error) : STATUS_DONE;
}

/* How many messages to take: with --all, as many as are there now, however fast others send. */
static int count_wanted(struct receiving *receiving)
{
	const struct options *options = receiving->invocation->options;

	receiving->left = options->follow ? UINT64_MAX : options->count;
	return options->all ? channel_count_messages(receiving->queue, &receiving->left) : 0;
}

static enum status recv_queue(struct receiving *receiving)
{
	const struct options *options = receiving->invocation->options;
	int r;

	receiving->limit = time_limit_in(options->all ? KIPC_NOW : options->timeout);
	signals_catch();
	r = count_wanted(receiving);
	if (r == 0)
		r = take_all(receiving);
	return finish(receiving, r);
}

enum status command_recv(const struct invocation *invocation)
{
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;
	CLEANUP_HAND struct hand *hand = NULL;
	struct receiving receiving = { .invocation = invocation, .address = invocation->args[0] };
	enum channel_class class;
	enum status status;
	int r;

	r = channel_open(invocation, receiving.address, CHANNEL_STREAM | CHANNEL_RAW, &channel, &class);
	if (r < 0)
		return errors_report(invocation, receiving.address, r);
	status = output_hand(invocation, &hand);
	if (status != STATUS_DONE)
		return status;
	if (class == CHANNEL_RAW)
		return output_segment(invocation, channel, hand);
	receiving.queue = channel;
	receiving.hand = hand;
	return recv_queue(&receiving);
}
