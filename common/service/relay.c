/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * libsystemd allocates up to 128 MiB for a message as soon as a header claims that size, and waits for it without a limit.
 * So no client talks to libsystemd: bytes are collected here, in a buffer that grows with what has come, and passed on one
 * complete message at a time through a pair of sockets (connection.c). Looking ahead in the client's own socket
 * (SO_PEEK_OFF) would not be safe: libsystemd reads all there is, and part of that may have come after the look.
 */

#include "common/service/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM_MIN ((size_t)4096)
#define CHUNK ((size_t)64 << 10)

/* Shared by all relays: it is empty between two calls. */
static uint8_t chunk[CHUNK];

void relay_done(struct relay *relay)
{
	if (relay->client_fd >= 0)
		close(relay->client_fd);
	if (relay->inner_fd >= 0)
		close(relay->inner_fd);
	free(relay->in);
	free(relay->out);
	*relay = (struct relay){ .client_fd = -1, .inner_fd = -1 };
}

/* -- from the client ------------------------------------------------------------------------------------------ */

/* -EAGAIN: nothing has come; 0: the peer has closed. */
static ssize_t receive(int fd, void *to, size_t room)
{
	ssize_t n;

	do
		n = recv(fd, to, room, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int skip(struct relay *relay)
{
	ssize_t n = receive(relay->client_fd, chunk, MIN(relay->n_skip, CHUNK));

	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return (int)n;
	relay->has_ended = n == 0;
	relay->n_skip -= (uint64_t)n;
	return 0;
}

/* Grows with what has come, not with what a header claims. */
static int make_room(struct relay *relay)
{
	size_t room = MIN(MAX(2 * relay->in_room, ROOM_MIN), RELAY_MESSAGE_MAX);
	uint8_t *in;

	if (relay->n_in < relay->in_room)
		return 0;
	if (room == relay->in_room)
		return -ENOBUFS; /* it has a complete message, which must be handled first */
	in = realloc(relay->in, room);
	if (in == NULL)
		return -ENOMEM;
	relay->in = in;
	relay->in_room = room;
	return 0;
}

int relay_read(struct relay *relay)
{
	ssize_t n;
	int r;

	if (relay->n_skip > 0)
		return skip(relay);
	r = make_room(relay);
	if (r < 0)
		return r;
	n = receive(relay->client_fd, relay->in + relay->n_in, relay->in_room - relay->n_in);
	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return (int)n;
	relay->has_ended = n == 0;
	relay->n_in += (size_t)n;
	return 0;
}

void relay_drop(struct relay *relay, size_t n)
{
	relay->n_in -= n;
	if (relay->n_in > 0) {
		memmove(relay->in, relay->in + n, relay->n_in);
	} else { /* most clients are silent most of the time */
		free(relay->in);
		relay->in = NULL;
		relay->in_room = 0;
	}
}

int relay_look(const struct relay *relay, struct frame *ret_frame)
{
	int r;

	if (relay->n_skip > 0 || relay->n_in < FRAME_HEADER_SIZE)
		return RELAY_PART;
	r = frame_read(relay->in, ret_frame);
	if (r < 0)
		return r;
	if (ret_frame->size > RELAY_MESSAGE_MAX)
		return RELAY_TOO_LONG;
	return relay->n_in < ret_frame->size ? RELAY_PART : RELAY_WHOLE;
}

void relay_skip(struct relay *relay, const struct frame *frame)
{
	size_t n = (size_t)MIN(frame->size, relay->n_in);

	relay->n_skip = frame->size - n;
	relay_drop(relay, n);
}

bool relay_is_in_message(const struct relay *relay)
{
	struct frame frame;

	return relay->n_skip > 0 || (relay->n_in > 0 && relay_look(relay, &frame) == RELAY_PART);
}

/* -- to the client -------------------------------------------------------------------------------------------- */

/* How many bytes the client accepts now. */
static ssize_t give(const struct relay *relay, const uint8_t *bytes, size_t n)
{
	ssize_t taken;

	do
		taken = send(relay->client_fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (taken < 0 && errno == EINTR);
	if (taken < 0)
		return errno == EAGAIN ? 0 : -errno;
	return taken;
}

static int give_rest(struct relay *relay)
{
	ssize_t taken = give(relay, relay->out, relay->n_out);

	if (taken < 0)
		return (int)taken;
	relay->n_out -= (size_t)taken;
	memmove(relay->out, relay->out + taken, relay->n_out);
	if (relay->n_out == 0) {
		free(relay->out);
		relay->out = NULL;
	}
	return taken > 0;
}

static int keep(struct relay *relay, const uint8_t *bytes, size_t n)
{
	if (n == 0)
		return 0;
	relay->out = malloc(n);
	if (relay->out == NULL)
		return -ENOMEM;
	memcpy(relay->out, bytes, n);
	relay->n_out = n;
	return 0;
}

int relay_pump(struct relay *relay)
{
	ssize_t n, taken;
	int r;

	if (relay_is_blocked(relay))
		return give_rest(relay);
	n = receive(relay->inner_fd, chunk, CHUNK);
	if (n <= 0)
		return n == -EAGAIN ? 0 : n == 0 ? -ECONNRESET : (int)n;
	taken = give(relay, chunk, (size_t)n);
	if (taken < 0)
		return (int)taken;
	r = keep(relay, chunk + taken, (size_t)(n - taken));
	return r < 0 ? r : 1;
}
