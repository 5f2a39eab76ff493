/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb purge: takes messages off the head of a queue and forgets them, and says how many. What is queued when it
 * begins is the most that it takes, however fast others send.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/stream.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/progress.h"
#include "lib/kipc.h"

struct purging {
	const struct invocation *invocation;
	struct kipc_channel *queue;
	struct hand *hand;
	struct progress progress; /* counts */
};

/* Whether more than `keep` are left. Asked before each, so that the newest stay when others take from the head. */
static int may_take(struct purging *purging, uint64_t keep)
{
	uint64_t n_messages;
	int r;

	if (keep == 0)
		return 1;
	r = stream_count(purging->queue, &n_messages);
	return r < 0 ? r : n_messages > keep;
}

static int throw_away(struct purging *purging)
{
	const struct options *options = purging->invocation->options;
	uint64_t left = 0;
	int r;

	r = stream_count(purging->queue, &left);
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
	r = throw_away(purging);
	progress_end(&purging->progress);
	hand_free(purging->hand);

	status = report_result(invocation, "%" PRIu64 " message%s, %" PRIu64 " bytes thrown away\n",
			       purging->progress.messages, purging->progress.messages == 1 ? "" : "s",
			       purging->progress.bytes);
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : status;
}

enum status command_purge(const struct invocation *invocation)
{
	struct purging purging = { .invocation = invocation };
	const struct options *options = invocation->options;
	const char *address = invocation->args[0];
	enum status status;
	int r;

	if (options->type && options_has(options, OPTION_KEEP))
		return report(invocation, address, STATUS_USAGE,
			      "--keep counts messages of every type; it does not go with a type");
	r = stream_open(address, invocation->runtime_dir, &purging.queue);
	if (r < 0)
		return errors_report(invocation, address, r);
	status = purge(&purging);
	kipc_close(purging.queue);
	return status;
}
