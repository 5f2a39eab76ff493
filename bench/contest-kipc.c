/* SPDX-License-Identifier: GPL-2.0-or-later */

/* libkipc: a queue; a ring with one message a call, with batches, and without a copy. */

#include <errno.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

#include "bench/contest.h"
#include "lib/kipc.h"

#define RING_SIZE (1 << 22)

static int id;
static bool is_ring;
static struct kipc_channel *channel;
static struct kipc_message messages[CONTEST_BATCH];

static void begin(void)
{
	char address[32];

	snprintf(address, sizeof address, "%s:@%d", is_ring ? "segment" : "queue", id);
	if (kipc_open(address, NULL, KIPC_ANY_KIND, &channel) < 0)
		contest_fail("kipc_open");
}

/* -- queue -- */

static bool queue_make(size_t size)
{
	is_ring = false;
	if (!contest_sysv.make(size))
		return false;
	contest_sysv.unmake(); /* it was created only to raise the limits */
	id = msgget(IPC_PRIVATE, 0600);
	return id >= 0;
}

static void queue_unmake(void)
{
	msgctl(id, IPC_RMID, NULL);
}

static size_t send_one(const char *data, size_t size, size_t n)
{
	(void)n;
	if (kipc_send(channel, 1, data, size, KIPC_FOREVER) < 0)
		contest_fail("kipc_send");
	return 1;
}

static size_t recv_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	if (kipc_recv(channel, contest_buffer, size > 8192 ? 65536 : 8192, 0, 0, KIPC_FOREVER, NULL) !=
	    (ssize_t)size)
		contest_fail("kipc_recv");
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

const struct contestant contest_kipc_queue = {
	.name = "kipc queue",
	.max_parties = 64,
	.make = queue_make,
	.unmake = queue_unmake,
	.begin_send = begin,
	.begin_recv = begin,
	.send = send_one,
	.recv = recv_one,
};

/* -- ring -- */

static bool ring_make(size_t size)
{
	is_ring = true;
	id = shmget(IPC_PRIVATE, RING_SIZE, 0600);
	return id >= 0 && kipc_ring_format(id, 0) == 0;
}

static void ring_unmake(void)
{
	shmctl(id, IPC_RMID, NULL);
}

const struct contestant contest_ring = {
	.name = "kipc ring",
	.max_parties = 64,
	.make = ring_make,
	.unmake = ring_unmake,
	.begin_send = begin,
	.begin_recv = begin,
	.send = send_one,
	.recv = recv_one,
};

static size_t send_batch(const char *data, size_t size, size_t n)
{
	ssize_t sent;

	for (size_t i = 0; i < n; i++)
		messages[i] = (struct kipc_message){ 1, (char *)data + i * size, size };
	sent = kipc_send_batch(channel, messages, n, KIPC_FOREVER);
	if (sent < 0)
		contest_fail("kipc_send_batch");
	return (size_t)sent;
}

static size_t recv_batch(const char **ret_data, size_t *ret_stride, size_t size)
{
	ssize_t n = kipc_recv_batch(channel, contest_buffer, CONTEST_BATCH * (size + 16), messages,
				    CONTEST_BATCH, KIPC_FOREVER);

	if (n <= 0 || messages[0].size != size)
		contest_fail("kipc_recv_batch");
	*ret_data = contest_buffer;
	*ret_stride = (size + 15) / 16 * 16;
	return (size_t)n;
}

const struct contestant contest_ring_batch = {
	.name = "kipc ring, batches",
	.max_parties = 64,
	.make = ring_make,
	.unmake = ring_unmake,
	.begin_send = begin,
	.begin_recv = begin,
	.send = send_batch,
	.recv = recv_batch,
};

/* The message is written and read in place. */
static size_t send_in_place(const char *data, size_t size, size_t n)
{
	void *place;

	(void)n;
	if (kipc_reserve(channel, size, KIPC_FOREVER, &place) < 0)
		contest_fail("kipc_reserve");
	__builtin_memcpy(place, data, size);
	if (kipc_commit(channel, 1, size) < 0)
		contest_fail("kipc_commit");
	return 1;
}

static size_t recv_in_place(const char **ret_data, size_t *ret_stride, size_t size)
{
	const void *place;

	if (kipc_acquire(channel, KIPC_FOREVER, &place, NULL) != (ssize_t)size)
		contest_fail("kipc_acquire");
	*ret_data = place;
	*ret_stride = size;
	return 1;
}

static void release(void)
{
	if (kipc_release(channel) < 0)
		contest_fail("kipc_release");
}

const struct contestant contest_ring_zero = {
	.name = "kipc ring, in place",
	.max_parties = 64,
	.make = ring_make,
	.unmake = ring_unmake,
	.begin_send = begin,
	.begin_recv = begin,
	.send = send_in_place,
	.recv = recv_in_place,
	.done = release,
};
