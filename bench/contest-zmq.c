/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ZeroMQ over ipc://, PUSH to PULL. */

#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/contest.h"

static char address[64];
static void *context, *socket_;

static bool make(size_t size)
{
	snprintf(address, sizeof address, "ipc:///tmp/kipc-contest-zmq.%d", (int)getpid());
	return size > 0;
}

static void unmake(void)
{
	unlink(address + sizeof "ipc://" - 1);
}

static void begin_send(void)
{
	context = zmq_ctx_new();
	socket_ = zmq_socket(context, ZMQ_PUSH);
	if (zmq_connect(socket_, address) < 0)
		contest_fail("zmq_connect");
}

static void begin_recv(void)
{
	context = zmq_ctx_new();
	socket_ = zmq_socket(context, ZMQ_PULL);
	if (zmq_bind(socket_, address) < 0)
		contest_fail("zmq_bind");
}

static size_t send_one(const char *data, size_t size, size_t n)
{
	(void)n;
	if (zmq_send(socket_, data, size, 0) < 0)
		contest_fail("zmq_send");
	return 1;
}

static size_t recv_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	if (zmq_recv(socket_, contest_buffer, size, 0) != (int)size)
		contest_fail("zmq_recv");
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

const struct contestant contest_zmq = {
	.name = "ZeroMQ ipc",
	.max_parties = 1,
	.make = make,
	.unmake = unmake,
	.begin_send = begin_send,
	.begin_recv = begin_recv,
	.send = send_one,
	.recv = recv_one,
};
