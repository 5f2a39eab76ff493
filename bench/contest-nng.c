/* SPDX-License-Identifier: GPL-2.0-or-later */

/* nng over ipc://, push to pull. */

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/contest.h"

static char address[64];
static nng_socket socket_;

static bool make(size_t size)
{
	snprintf(address, sizeof address, "ipc:///tmp/kipc-contest-nng.%d", (int)getpid());
	return size > 0;
}

static void unmake(void)
{
	unlink(address + sizeof "ipc://" - 1);
}

static void begin_send(void)
{
	if (nng_push0_open(&socket_) != 0 || nng_dial(socket_, address, NULL, NNG_FLAG_NONBLOCK) != 0)
		contest_fail("nng_dial");
}

static void begin_recv(void)
{
	if (nng_pull0_open(&socket_) != 0 || nng_listen(socket_, address, NULL, 0) != 0)
		contest_fail("nng_listen");
}

static size_t send_one(const char *data, size_t size, size_t n)
{
	(void)n;
	if (nng_send(socket_, (void *)data, size, 0) != 0)
		contest_fail("nng_send");
	return 1;
}

static size_t recv_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	size_t got = size;

	if (nng_recv(socket_, contest_buffer, &got, 0) != 0 || got != size)
		contest_fail("nng_recv");
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

const struct contestant contest_nng = {
	.name = "nng ipc",
	.max_parties = 1,
	.make = make,
	.unmake = unmake,
	.begin_send = begin_send,
	.begin_recv = begin_recv,
	.send = send_one,
	.recv = recv_one,
};
