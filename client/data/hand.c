/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The messages in hand, and how they are written. If the output of a message is its bytes, it is received straight into
 * the output buffer, so that only the kernel copies; otherwise into a buffer of its own. Positions are offsets, since
 * the buffers may grow.
 */

#include "client/data/hand.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/signals.h"
#include "common/escape.h"

#define USUAL_MESSAGE 8192 /* the default of kernel.msgmax; libkipc needs no heap up to this */
#define FRAME_HEAD sizeof(uint32_t)

/* Whether the output of a message differs from its bytes. */
static bool is_rendered(const struct hand *hand)
{
	return hand->form == HAND_ESCAPED || hand->form == HAND_JSON;
}

static struct hand_buffer *body_buffer(struct hand *hand)
{
	return is_rendered(hand) ? &hand->bodies : &hand->output;
}

const char *hand_body(const struct hand *hand, const struct hand_message *message)
{
	return (is_rendered(hand) ? hand->bodies.data : hand->output.data) + message->start;
}

static int reserve(struct hand_buffer *buffer, size_t size)
{
	size_t room;
	char *data;

	if (buffer->room - buffer->used >= size)
		return 0;
	room = buffer->used + size;
	/* Usually enough for good: untouched pages cost nothing. */
	if (room < HAND_BYTES + USUAL_MESSAGE + 16)
		room = HAND_BYTES + USUAL_MESSAGE + 16;
	data = realloc(buffer->data, room);
	if (data == NULL)
		return -ENOMEM;
	buffer->data = data;
	buffer->room = room;
	return 0;
}

int hand_new(enum hand_form form, hand_to_json *to_json, struct hand **ret_hand)
{
	struct hand *hand = malloc(sizeof *hand); /* not calloc: most of `messages` is never touched */

	assert(form != HAND_JSON || to_json != NULL);
	if (hand == NULL)
		return -ENOMEM;
	memset(hand, 0, offsetof(struct hand, messages));
	hand->form = form;
	hand->to_json = to_json;
	hand->largest = USUAL_MESSAGE;
	*ret_hand = hand;
	return 0;
}

struct hand *hand_free(struct hand *hand)
{
	if (hand == NULL)
		return NULL;
	free(hand->output.data);
	free(hand->bodies.data);
	free(hand);
	return NULL;
}

void hand_clear(struct hand *hand)
{
	hand->output.used = hand->bodies.used = hand->written = hand->n_messages = 0;
}

/* Appends the output of a message that differs from its bytes. */
static int render(struct hand *hand, const struct hand_message *message)
{
	const char *body = hand_body(hand, message);
	size_t size;
	char *text;
	int r;

	if (hand->form == HAND_JSON) {
		text = hand->to_json(message->type, body, message->size, &size);
	} else {
		text = escape_text(body, message->size);
		size = text != NULL ? strlen(text) : 0;
	}
	r = text != NULL ? reserve(&hand->output, size + 1) : -ENOMEM;
	if (r == 0) {
		memcpy(hand->output.data + hand->output.used, text, size);
		hand->output.data[hand->output.used + size] = '\n';
		hand->output.used += size + 1;
	}
	free(text);
	return r;
}

/* Makes a message whose bytes lie at the end of their buffer, not yet counted, one of those in hand. */
static int keep(struct hand *hand, long type, size_t start, size_t size)
{
	struct hand_message *message = &hand->messages[hand->n_messages++];
	struct hand_buffer *bodies = body_buffer(hand);
	uint32_t head;
	int r = 0;

	*message = (struct hand_message){ .type = type, .start = start, .size = size, .end = SIZE_MAX };
	bodies->used = start + size;
	switch (hand->form) {
	case HAND_LINES:
		bodies->data[bodies->used++] = '\n';
		break;
	case HAND_NULL:
		bodies->data[bodies->used++] = '\0';
		break;
	case HAND_RAW:
		break;
	case HAND_FRAMES:
		head = htole32((uint32_t)size);
		memcpy(bodies->data + start - FRAME_HEAD, &head, FRAME_HEAD);
		break;
	case HAND_ESCAPED:
	case HAND_JSON:
		r = render(hand, message);
		break;
	}
	if (r == 0)
		message->end = hand->output.used;
	return r;
}

/* Makes room for a message of `size` bytes; they go to *ret_start. */
static int make_room(struct hand *hand, size_t size, size_t *ret_start)
{
	struct hand_buffer *bodies = body_buffer(hand);
	size_t head = hand->form == HAND_FRAMES ? FRAME_HEAD : 0;
	int r = reserve(bodies, head + size + 1);

	if (r == 0)
		*ret_start = bodies->used + head;
	return r;
}

ssize_t hand_receive(struct hand *hand, struct kipc_channel *queue, long type, unsigned flags,
		     int64_t timeout)
{
	size_t start, bound;
	long got;
	ssize_t n;
	int r;

	assert(!hand_is_full(hand));
	for (;;) {
		r = make_room(hand, hand->largest, &start);
		if (r < 0)
			return r;
		n = kipc_recv(queue, body_buffer(hand)->data + start, hand->largest, type, flags, timeout,
			      &got);
		if (n != -EMSGSIZE)
			break;
		/* It is still on the queue. */
		r = kipc_message_bound(queue, &bound);
		if (r < 0)
			return r;
		hand->largest = bound > hand->largest ? bound : 2 * hand->largest;
	}
	if (n < 0)
		return n;
	r = keep(hand, got, start, (size_t)n);
	return r < 0 ? r : n;
}

int hand_add(struct hand *hand, long type, const void *body, size_t size)
{
	size_t start;
	int r = make_room(hand, size, &start);

	if (r < 0)
		return r;
	if (size > 0)
		memcpy(body_buffer(hand)->data + start, body, size);
	return keep(hand, type, start, size);
}

/* Waits until a non-blocking standard output accepts more. */
static int wait_for_output(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&output, 1, -1) < 0 ? -errno : 0;
}

int hand_flush(struct hand *hand)
{
	int r;

	while (hand->written < hand->output.used) {
		ssize_t n = write(STDOUT_FILENO, hand->output.data + hand->written,
				  hand->output.used - hand->written);

		if (n >= 0) {
			hand->written += (size_t)n;
			continue;
		}
		r = errno == EAGAIN ? wait_for_output() : -errno;
		if (r < 0 && (r != -EINTR || signals_caught()))
			return r;
	}
	/* The last one may have had no memory for its output; then it is still in hand. */
	if (hand->n_messages > 0 && hand->messages[hand->n_messages - 1].end > hand->written)
		return -ENOMEM;
	hand_clear(hand);
	return 0;
}
