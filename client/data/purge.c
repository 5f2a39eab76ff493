/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb purge: takes messages off the head of a queue and drops them. It takes no more than were there when it
 * began, however fast others send.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/progress.h"
#include "common/plural.h"
#include "lib/kipc.h"

struct purging {
	const struct invocation *invocation;
	struct kipc_channel *queue;
	struct hand *hand;
	struct progress progress; /* counts */
};

/*
 * Whether more than `keep` are left. Called before each message, so that the newest stay while others take from the
 * head.
 */
static int may_take(struct purging *purging, uint64_t keep)
{
	uint64_t n_messages;
	int r;

	if (keep == 0)
		return 1;
	r = channel_count_messages(purging->queue, &n_messages);
	return r < 0 ? r : n_messages > keep;
}

static int discard(struct purging *purging)
{
	const struct options *options = purging->invocation->options;
	uint64_t left = 0;
	int r;

	r = channel_count_messages(purging->queue, &left);
	for (; left > 0 && !signals_caught(); left--) {
		ssize_t n;

		r = may_take(purging, options->keep);
		if (r <= 0)
			return r;
		n = hand_receive(purging->hand, purging->queue, options->type,
				 options->not_type ? KIPC_NOT_TYPE : 0, KIPC_NOW);
		if (n < 0)
			return n == -ENOMSG ? 0 : (int)n;
		hand_clear(purging->hand);
		progress_count(&purging->progress, (size_t)n);
	}
	return r < 0 ? r : 0;
}

static enum status purge(struct purging *purging)
{
	const struct invocation *invocation = purging->invocation;
	enum status status;
	int r;

	r = hand_new(HAND_RAW, NULL, &purging->hand);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	signals_catch();
	progress_start(&purging->progress, invocation->options->quiet, -1);
	r = discard(purging);
	progress_end(&purging->progress);
	hand_free(purging->hand);

	status = report_result(invocation, "%" PRIu64 " %s (%" PRIu64 " %s) discarded\n",
			       purging->progress.messages,
			       plural(purging->progress.messages, "message", "messages"),
			       purging->progress.bytes, plural(purging->progress.bytes, "byte", "bytes"));
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : status;
}

enum status command_purge(const struct invocation *invocation)
{
	struct purging purging = { .invocation = invocation };
	const struct options *options = invocation->options;
	CLEANUP_CHANNEL struct kipc_channel *queue = NULL;
	const char *address = invocation->args[0];
	enum channel_class class;
	int r;

	if (options->type && options_has(options, OPTION_KEEP))
		return report(invocation, address, STATUS_USAGE,
			      "--keep counts messages of all types and cannot be combined with a type");
	r = channel_open(invocation, address, CHANNEL_STREAM, &queue, &class);
	if (r < 0)
		return errors_report(invocation, address, r);
	purging.queue = queue;
	return purge(&purging);
}
