/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb peek: prints messages and leaves them on their queue. The kernel copies by position only, so types are
 * selected here; for --max-type, the whole queue is examined first, to print in the order in which recv would take.
 * Active consumers shift the positions; peek may then skip a message or end early.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/output.h"
#include "lib/kipc.h"

struct peeking {
	const struct invocation *invocation;
	struct kipc_channel *queue;
	struct hand *hand;
	char *buffer;
	size_t room;
	uint64_t left; /* how many are still to be printed */
	enum status output;
};

struct wanted {
	long type, position;
};

static ssize_t peek_at(struct peeking *peeking, long position, long *ret_type)
{
	ssize_t n = kipc_peek(peeking->queue, peeking->buffer, peeking->room, position, ret_type);
	size_t bound;
	char *buffer;
	int r;

	if (n != -EMSGSIZE)
		return n;
	r = kipc_message_bound(peeking->queue, &bound);
	if (r < 0)
		return r;
	if (bound <= peeking->room)
		return n; /* larger than the present kernel.msgmax */
	buffer = realloc(peeking->buffer, bound);
	if (buffer == NULL)
		return -ENOMEM;
	peeking->buffer = buffer;
	peeking->room = bound;
	return kipc_peek(peeking->queue, buffer, bound, position, ret_type);
}

static bool is_wanted(const struct options *options, long type)
{
	if (options->type < 0)
		return type <= -options->type;
	return options->type == 0 || (type == options->type) != options->not_type;
}

/* Prints the message at a position, if it is wanted. */
static int show_at(struct peeking *peeking, long position)
{
	const struct options *options = peeking->invocation->options;
	ssize_t n;
	long type;
	int r;

	n = peek_at(peeking, position, &type);
	if (n < 0)
		return (int)n;
	if (!is_wanted(options, type))
		return 0;
	r = hand_add(peeking->hand, type, peeking->buffer, (size_t)n);
	if (r < 0)
		return r;
	peeking->left--;
	if (hand_is_full(peeking->hand))
		peeking->output = output_flush(peeking->invocation, peeking->hand);
	return 0;
}

static int compare_wanted(const void *a, const void *b)
{
	const struct wanted *left = a, *right = b;

	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return left->position < right->position ? -1 : 1;
}

/* The positions of the wanted messages, the lowest type first. */
static int find_wanted(struct peeking *peeking, size_t n_messages, struct wanted *wanted,
		       size_t *ret_n_wanted)
{
	size_t n_wanted = 0;

	for (size_t i = 0; i < n_messages; i++) {
		struct wanted one = { .position = (long)i };
		ssize_t n = peek_at(peeking, one.position, &one.type);

		if (n == -ENOMSG)
			break;
		if (n < 0)
			return (int)n;
		if (is_wanted(peeking->invocation->options, one.type))
			wanted[n_wanted++] = one;
	}
	qsort(wanted, n_wanted, sizeof *wanted, compare_wanted);
	*ret_n_wanted = n_wanted;
	return 0;
}

static bool may_continue(const struct peeking *peeking)
{
	return peeking->left > 0 && peeking->output == STATUS_DONE;
}

static int show_by_type(struct peeking *peeking, size_t n_messages)
{
	struct wanted *wanted = calloc(n_messages + 1, sizeof *wanted);
	size_t n_wanted = 0;
	int r;

	if (wanted == NULL)
		return -ENOMEM;
	r = find_wanted(peeking, n_messages, wanted, &n_wanted);
	for (size_t i = 0; i < n_wanted && may_continue(peeking) && r == 0; i++)
		r = show_at(peeking, wanted[i].position);
	free(wanted);
	return r;
}

static int show_in_order(struct peeking *peeking, long n_messages)
{
	int r = 0;

	for (long i = 0; i < n_messages && may_continue(peeking) && r == 0; i++)
		r = show_at(peeking, i);
	return r;
}

/* Whether the kernel allows peeking: on an empty queue, nothing else finds out. */
static int check_permission(struct peeking *peeking)
{
	long type;
	ssize_t n = peek_at(peeking, 0, &type);

	return n < 0 && n != -ENOMSG ? (int)n : 0;
}

static int show(struct peeking *peeking)
{
	const struct options *options = peeking->invocation->options;
	uint64_t n_messages;
	int r;

	r = channel_count_messages(peeking->queue, &n_messages);
	if (r < 0)
		return r;
	if (options->all)
		peeking->left = n_messages;
	if (n_messages == 0)
		r = check_permission(peeking);
	else if (options->type < 0)
		r = show_by_type(peeking, n_messages);
	else
		r = show_in_order(peeking, (long)n_messages);
	return r == 0 && peeking->left > 0 && !options->all ? -ENOMSG : r;
}

static enum status peek_queue(struct peeking *peeking)
{
	const struct invocation *invocation = peeking->invocation;
	int r;

	peeking->left = invocation->options->count;
	r = show(peeking);
	if (peeking->output == STATUS_DONE)
		peeking->output = output_flush(invocation, peeking->hand);
	if (peeking->output != STATUS_DONE)
		return peeking->output;
	if (r == -ENOMSG && invocation->options->all)
		return STATUS_DONE; /* other processes took them meanwhile */
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : STATUS_DONE;
}

enum status command_peek(const struct invocation *invocation)
{
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;
	CLEANUP_HAND struct hand *hand = NULL;
	struct peeking peeking = { .invocation = invocation };
	enum channel_class class;
	enum status status;
	int r;

	r = channel_open(invocation, invocation->args[0], CHANNEL_STREAM | CHANNEL_RAW, &channel, &class);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	status = output_hand(invocation, &hand);
	if (status != STATUS_DONE)
		return status;
	if (class == CHANNEL_RAW)
		return output_segment(invocation, channel, hand);
	peeking.queue = channel;
	peeking.hand = hand;
	status = peek_queue(&peeking);
	free(peeking.buffer);
	return status;
}
