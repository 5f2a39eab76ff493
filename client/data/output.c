/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The form of the output of recv and peek, and what both do with a raw segment. */

#include "client/data/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client/base/control.h"
#include "client/base/errors.h"
#include "client/base/report.h"

#define BLOCK (64 * 1024)

enum status output_hand(const struct invocation *invocation, struct hand **ret_hand)
{
	const struct options *options = invocation->options;
	const struct control_half *half = NULL;
	enum hand_form form = HAND_LINES;
	int r;

	if (options->json) {
		half = control_load(invocation);
		if (half == NULL)
			return STATUS_FAILED;
		form = HAND_JSON;
	} else if (options->null) {
		form = HAND_NULL;
	} else if (options->frames) {
		form = HAND_FRAMES;
	} else if (options->raw) {
		form = HAND_RAW;
	} else if (isatty(STDOUT_FILENO)) {
		form = HAND_ESCAPED;
	}

	r = hand_new(form, half != NULL ? half->message_to_json : NULL, ret_hand);
	return r < 0 ? errors_report(invocation, NULL, r) : STATUS_DONE;
}

enum status output_flush(const struct invocation *invocation, struct hand *hand)
{
	int r = hand_flush(hand);

	return r < 0 ? report(invocation, invocation->args[0], STATUS_FAILED, "standard output: %s",
			      strerror(-r))
		     : STATUS_DONE;
}

/* Up to the first NUL, or the end. Bytes beyond it are not touched. */
static int text_length(struct kipc_channel *segment, const char *text, size_t size, size_t *ret_length)
{
	const char *nul = NULL;
	size_t at = 0;

	while (nul == NULL && at < size) {
		size_t n = size - at < BLOCK ? size - at : BLOCK;
		int r = kipc_populate(segment, at, n);

		if (r < 0)
			return r;
		nul = memchr(text + at, '\0', n);
		at += n;
	}
	*ret_length = nul != NULL ? (size_t)(nul - text) : size;
	return 0;
}

enum status output_segment(const struct invocation *invocation, struct kipc_channel *segment,
			   struct hand *hand)
{
	const struct options *options = invocation->options;
	size_t size, length;
	void *address;
	int r;

	if (options->type || options->follow || options->count > 1)
		return report(invocation, invocation->args[0], STATUS_USAGE,
			      "a raw segment holds only one message; omit types, --follow and --count");
	r = kipc_attach(segment, KIPC_READ_ONLY, &address, &size);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	r = text_length(segment, address, size, &length);
	if (r == 0)
		r = hand_add(hand, 1, address, length);
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : output_flush(invocation, hand);
}
