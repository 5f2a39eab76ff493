/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb send: messages from the command line or from standard input onto a queue or ring, or one into a raw segment.
 *
 * A single `kipcctl send ADDR MESSAGE` is the most frequent use in shell scripts: it sets up only what it needs, and a
 * signal may end it at any time, since a message is on the queue as a whole or not at all. With standard input, signals
 * are caught, so that the offset of a file can be left just after the last message sent.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/channel.h"
#include "client/base/control.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/time-limit.h"
#include "client/base/verbs.h"
#include "client/data/input.h"
#include "client/data/progress.h"
#include "client/data/stall.h"
#include "common/plural.h"
#include "lib/kipc.h"

struct sending {
	const struct invocation *invocation;
	const char *address;
	struct kipc_channel *channel;
	enum channel_class class;
	struct time_limit limit;
	long type;			 /* unless JSON gives another */
	const struct control_half *json; /* --json: parses the input; NULL: the input is sent as it is */
	uint64_t n_sent;
	struct stall stall;
};

static int send_one(struct sending *sending, long type, const char *data, size_t size)
{
	int r;

	while ((r = kipc_send(sending->channel, type, data, size, time_limit_left(&sending->limit))) ==
		       -EINTR &&
	       !signals_caught())
		stall_tick(&sending->stall, sending->n_sent);
	if (r == 0)
		sending->n_sent++;
	else if (r == -EAGAIN && time_limit_is_over(&sending->limit))
		r = -ETIMEDOUT;
	return r;
}

/* What limits the size of a message here. */
static const char *what_bounds(const struct sending *sending, size_t largest)
{
	struct kipc_object object;

	if (sending->class == CHANNEL_RING)
		return "the ring's max_message";
	if (sending->class == CHANNEL_RAW)
		return "the size of the segment minus a NUL";
	if (kipc_stat(sending->channel, &object) == 0 && object.queue.capacity == largest)
		return "the queue's capacity";
	return "kernel.msgmax";
}

#define SENT_MAX 64

/* "; 3 messages were sent before it" */
static const char *describe_sent(const struct sending *sending, char buffer[static SENT_MAX])
{
	(void)snprintf(buffer, SENT_MAX, "; %" PRIu64 " %s sent before it", sending->n_sent,
		       plural(sending->n_sent, "message was", "messages were"));
	return buffer;
}

/* Reports why the next message was not sent and, unless it was the only one, how many were. */
static enum status report_failed(const struct sending *sending, int error, bool is_only)
{
	char buffer[SENT_MAX];
	const char *sent = is_only ? "" : describe_sent(sending, buffer);
	size_t largest;

	if (error == -EMSGSIZE && input_largest(sending->channel, sending->class, &largest) == 0)
		return report(sending->invocation, sending->address, STATUS_FAILED,
			      "message %" PRIu64 " is too large; the limit is %zu bytes (%s)%s",
			      sending->n_sent + 1, largest, what_bounds(sending, largest), sent);
	return errors_report_and(sending->invocation, sending->address, error, sent);
}

/* Errors of reading standard input, not of the channel. */
static bool is_input_error(int error)
{
	return error != -EMSGSIZE && error != -ETIMEDOUT && error != -EINTR && error != -EIDRM;
}

static enum status report_input_failed(const struct sending *sending, int error)
{
	char buffer[SENT_MAX];

	if (!is_input_error(error))
		return report_failed(sending, error, false);
	if (error == -EBADMSG)
		return report(sending->invocation, sending->address, STATUS_FAILED,
			      "standard input ends inside frame %" PRIu64 "%s", sending->n_sent + 1,
			      describe_sent(sending, buffer));
	return report(sending->invocation, sending->address, STATUS_FAILED, "standard input: %s%s",
		      strerror(-error), describe_sent(sending, buffer));
}

static enum status report_no_message(const struct sending *sending, const char *why)
{
	char buffer[SENT_MAX];

	return report(sending->invocation, sending->address, STATUS_FAILED,
		      "message %" PRIu64
		      " of standard input is not in the format of 'kipcctl recv --json': %s%s",
		      sending->n_sent + 1, why, describe_sent(sending, buffer));
}

static enum input_form input_form_of(const struct options *options)
{
	if (options->null)
		return INPUT_NULL;
	if (options->whole)
		return INPUT_WHOLE;
	if (options->json)
		return INPUT_JSON;
	return options->frames ? INPUT_FRAMES : INPUT_LINES;
}

static enum status send_arguments(struct sending *sending)
{
	char **messages = sending->invocation->args + 1;
	int n = sending->invocation->n_args - 1;

	for (int i = 0; i < n; i++) {
		int r = send_one(sending, sending->type, messages[i], strlen(messages[i]));

		if (r < 0)
			return report_failed(sending, r, n == 1);
	}
	return STATUS_DONE;
}

/* Sends the message that a line of JSON describes; *ret_why says what is wrong with the line, or is NULL. */
static int send_described(struct sending *sending, const char *line, size_t n_line, const char **ret_why)
{
	long type;
	size_t size;
	void *body;
	int r;

	*ret_why = NULL;
	r = sending->json->message_from_json(line, n_line, &type, &body, &size, ret_why);
	if (r < 0)
		return r;
	r = send_one(sending, type != 0 ? type : sending->type, body, size);
	free(body);
	return r;
}

static enum status send_all_input(struct sending *sending, struct input *input)
{
	const char *data, *why = NULL;
	struct progress progress;
	size_t size;
	int r, error = 0;

	progress_start(&progress, sending->invocation->options->quiet, STDIN_FILENO);
	while ((r = input_next(input, &data, &size)) > 0) {
		if (signals_caught())
			error = -EINTR;
		else if (sending->json != NULL)
			error = send_described(sending, data, size, &why);
		else
			error = send_one(sending, sending->type, data, size);
		if (error < 0)
			break;
		progress_count(&progress, size);
	}
	progress_end(&progress);

	if (error < 0 || r < 0)
		input_rewind(input);
	if (why != NULL)
		return report_no_message(sending, why);
	if (error < 0)
		return report_failed(sending, error, false);
	return r < 0 ? report_input_failed(sending, r) : STATUS_DONE;
}

static int open_input(const struct sending *sending, struct input **ret_input)
{
	return input_new(input_form_of(sending->invocation->options), sending->channel, sending->class,
			 &sending->limit, ret_input);
}

static enum status send_input(struct sending *sending)
{
	CLEANUP_INPUT struct input *input = NULL;
	int r;

	r = open_input(sending, &input);
	if (r < 0)
		return errors_report(sending->invocation, sending->address, r);
	signals_catch();
	return send_all_input(sending, input);
}

/* Copies the text and its NUL to the start of the segment at once; nothing if it does not fit. */
static enum status write_text(struct sending *sending, const char *text, size_t size)
{
	size_t largest;
	ssize_t n;
	int r;

	r = input_largest(sending->channel, sending->class, &largest);
	if (r == 0 && size > largest)
		r = -EMSGSIZE;
	if (r < 0)
		return report_failed(sending, r, true);
	n = kipc_write(sending->channel, 0, text, size + 1);
	return n < 0 ? errors_report(sending->invocation, sending->address, (int)n) : STATUS_DONE;
}

static enum status report_too_many(const struct sending *sending)
{
	return report(sending->invocation, sending->address, STATUS_USAGE,
		      "a raw segment holds only one message; --whole sends all lines as one");
}

/* A copy of the text, or of what its JSON describes, with a closing NUL; the caller frees it. */
static int take_text(const struct sending *sending, const char *data, size_t n_data, char **ret_text,
		     size_t *ret_size, const char **reterr_why)
{
	size_t size = n_data;
	void *body = NULL;
	char *text;
	long type;
	int r = 0;

	if (sending->json != NULL)
		r = sending->json->message_from_json(data, n_data, &type, &body, &size, reterr_why);
	text = r == 0 ? malloc(size + 1) : NULL;
	if (r == 0 && text == NULL)
		r = -ENOMEM;
	if (r == 0) {
		memcpy(text, body != NULL ? body : data, size);
		text[size] = '\0';
		*ret_text = text;
		*ret_size = size;
	}
	free(body);
	return r;
}

/* Nothing is written before standard input is known to hold one message only. */
static enum status send_input_to_segment(struct sending *sending, struct input *input)
{
	const char *data, *why = NULL;
	enum status status;
	size_t size, more;
	char *text = NULL;
	int r;

	r = input_next(input, &data, &size);
	if (r <= 0)
		return r < 0 ? report_input_failed(sending, r) : STATUS_DONE;
	r = take_text(sending, data, size, &text, &size, &why);
	if (r < 0)
		return why != NULL ? report_no_message(sending, why)
				   : errors_report(sending->invocation, sending->address, r);
	r = input_next(input, &data, &more);
	if (r == 0)
		status = write_text(sending, text, size);
	else
		status = r < 0 ? report_input_failed(sending, r) : report_too_many(sending);
	free(text);
	return status;
}

static enum status send_to_segment(struct sending *sending)
{
	const struct invocation *invocation = sending->invocation;
	CLEANUP_INPUT struct input *input = NULL;
	int r;

	if (options_has(invocation->options, OPTION_TYPE))
		return report(invocation, sending->address, STATUS_USAGE,
			      "a raw segment has no message types; omit --type");
	if (invocation->n_args > 2)
		return report_too_many(sending);
	if (invocation->n_args == 2)
		return write_text(sending, invocation->args[1], strlen(invocation->args[1]));

	r = open_input(sending, &input);
	return r < 0 ? errors_report(invocation, sending->address, r) : send_input_to_segment(sending, input);
}

enum status command_send(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct sending sending = { .invocation = invocation, .address = invocation->args[0] };
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;
	int r;

	if (invocation->n_args > 1 && (options->null || options->whole || options->frames || options->json))
		return report(
			invocation, NULL, STATUS_USAGE,
			"--null, --whole, --frames and --json apply to standard input, but the messages "
			"are arguments");
	if (options->json && (sending.json = control_load(invocation)) == NULL)
		return STATUS_FAILED;
	sending.type = options->type ? options->type : 1;
	sending.limit = time_limit_in(options->timeout);
	r = channel_open(invocation, sending.address, CHANNEL_STREAM | CHANNEL_RAW, &channel, &sending.class);
	if (r < 0)
		return errors_report(invocation, sending.address, r);

	sending.channel = channel;
	if (sending.class == CHANNEL_RAW)
		return send_to_segment(&sending);
	stall_start(&sending.stall, invocation, sending.address, channel);
	return invocation->n_args > 1 ? send_arguments(&sending) : send_input(&sending);
}
