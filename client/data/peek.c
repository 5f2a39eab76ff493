/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb peek: prints messages and leaves them on their queue. The kernel copies by position only, so that types
 * are chosen here; with --max-type the whole queue is looked through first, for the order in which recv would take
 * them. Consumers at work at the same time make positions shift, and peek may then skip a message or end early.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/stream.h"
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
	uint64_t left; /* how many are still to be shown */
	enum status output;
};

struct place {
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
		return n; /* longer than today's kernel.msgmax */
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

/* Shows what lies there, if it is wanted. */
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

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return left->position < right->position ? -1 : 1;
}

/* Where the wanted messages lie, the lowest type first. */
static int find_places(struct peeking *peeking, size_t n_messages, struct place *places, size_t *ret_n_places)
{
	size_t n_places = 0;

	for (size_t i = 0; i < n_messages; i++) {
		struct place place = { .position = (long)i };
		ssize_t n = peek_at(peeking, place.position, &place.type);

		if (n == -ENOMSG)
			break;
		if (n < 0)
			return (int)n;
		if (is_wanted(peeking->invocation->options, place.type))
			places[n_places++] = place;
	}
	qsort(places, n_places, sizeof *places, compare_places);
	*ret_n_places = n_places;
	return 0;
}

static bool may_go_on(const struct peeking *peeking)
{
	return peeking->left > 0 && peeking->output == STATUS_DONE;
}

static int show_by_type(struct peeking *peeking, size_t n_messages)
{
	struct place *places = calloc(n_messages + 1, sizeof *places);
	size_t n_places = 0;
	int r;

	if (places == NULL)
		return -ENOMEM;
	r = find_places(peeking, n_messages, places, &n_places);
	for (size_t i = 0; i < n_places && may_go_on(peeking) && r == 0; i++)
		r = show_at(peeking, places[i].position);
	free(places);
	return r;
}

static int show_in_order(struct peeking *peeking, long n_messages)
{
	int r = 0;

	for (long i = 0; i < n_messages && may_go_on(peeking) && r == 0; i++)
		r = show_at(peeking, i);
	return r;
}

/* Whether the kernel lets us look at all: at an empty queue, nothing else would ask it. */
static int ask_leave(struct peeking *peeking)
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

	r = stream_count(peeking->queue, &n_messages);
	if (r < 0)
		return r;
	if (options->all)
		peeking->left = n_messages;
	if (n_messages == 0)
		r = ask_leave(peeking);
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
		return STATUS_DONE; /* somebody took them meanwhile */
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : STATUS_DONE;
}

enum status command_peek(const struct invocation *invocation)
{
	struct peeking peeking = { .invocation = invocation };
	enum status status;
	int r;

	r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_QUEUE | KIPC_SEGMENT,
		      &peeking.queue);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	status = output_hand(invocation, &peeking.hand);
	r = kipc_channel_is_ring(peeking.queue);
	if (status == STATUS_DONE && r < 0)
		status = errors_report(invocation, invocation->args[0], r);
	else if (status == STATUS_DONE)
		status = r == 0 && kipc_channel_kind(peeking.queue) == KIPC_SEGMENT
				 ? output_segment(invocation, peeking.queue, peeking.hand)
				 : peek_queue(&peeking);
	free(peeking.buffer);
	hand_free(peeking.hand);
	kipc_close(peeking.queue);
	return status;
}
