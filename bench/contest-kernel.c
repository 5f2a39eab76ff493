/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The kernel's means: System V queue, POSIX queue, pipe and seqpacket socket. Each message costs two system calls. */

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/contest.h"

/* The received message is in contest_buffer. */
static size_t got(const char **ret_data, size_t *ret_stride, size_t size)
{
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

static bool set_limit(const char *path, size_t value)
{
	FILE *file = fopen(path, "w");
	bool is_set = file != NULL && fprintf(file, "%zu", value) > 0;

	return file != NULL && fclose(file) == 0 && is_set;
}

/* -- System V -- */

static int queue;
static struct {
	long type;
	char body[65536];
} message = { .type = 1 };

static bool sysv_make(size_t size)
{
	if (size > 8192 &&
	    (!set_limit("/proc/sys/kernel/msgmax", size) || !set_limit("/proc/sys/kernel/msgmnb", 8 * size)))
		return false;
	queue = msgget(IPC_PRIVATE, 0600);
	return queue >= 0;
}

static void sysv_unmake(void)
{
	msgctl(queue, IPC_RMID, NULL);
}

static size_t sysv_send(const char *data, size_t size, size_t n)
{
	(void)n;
	memcpy(message.body, data, size);
	if (msgsnd(queue, &message, size, 0) < 0)
		contest_fail("msgsnd");
	return 1;
}

static size_t sysv_recv(const char **ret_data, size_t *ret_stride, size_t size)
{
	if (msgrcv(queue, &message, sizeof message.body, 0, 0) != (ssize_t)size)
		contest_fail("msgrcv");
	*ret_data = message.body;
	*ret_stride = size;
	return 1;
}

const struct contestant contest_sysv = {
	.name = "msgsnd",
	.max_parties = 64,
	.make = sysv_make,
	.unmake = sysv_unmake,
	.send = sysv_send,
	.recv = sysv_recv,
};

/* -- POSIX -- */

static mqd_t posix;

static bool mq_make(size_t size)
{
	struct mq_attr attributes = { .mq_maxmsg = size > 1024 ? 10 : 256, .mq_msgsize = (long)size };

	(void)set_limit("/proc/sys/fs/mqueue/msg_max", 256);
	(void)set_limit("/proc/sys/fs/mqueue/msgsize_max", 65536);
	posix = mq_open("/kipc-contest", O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
	return posix >= 0;
}

static void mq_unmake(void)
{
	mq_close(posix);
	mq_unlink("/kipc-contest");
}

static size_t mq_send_one(const char *data, size_t size, size_t n)
{
	(void)n;
	if (mq_send(posix, data, size, 0) < 0)
		contest_fail("mq_send");
	return 1;
}

static size_t mq_recv_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	if (mq_receive(posix, contest_buffer, size, NULL) != (ssize_t)size)
		contest_fail("mq_receive");
	return got(ret_data, ret_stride, size);
}

const struct contestant contest_mq = {
	.name = "POSIX mq",
	.max_parties = 64,
	.make = mq_make,
	.unmake = mq_unmake,
	.send = mq_send_one,
	.recv = mq_recv_one,
};

/* -- pipe and socket: one descriptor to read from, one to write to -- */

static int ends[2];

static bool pipe_make(size_t size)
{
	if (pipe(ends) < 0)
		return false;
	return fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) > 0 && size > 0;
}

static bool socket_make(size_t size)
{
	int room = 1 << 20;

	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0 && size > 0 &&
	       setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0;
}

static void close_ends(void)
{
	close(ends[0]);
	close(ends[1]);
}

static size_t write_one(const char *data, size_t size, size_t n)
{
	(void)n;
	for (size_t done = 0; done < size;) {
		ssize_t r = write(ends[1], data + done, size - done);

		if (r < 0)
			contest_fail("write");
		done += (size_t)r;
	}
	return 1;
}

static size_t read_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t r = read(ends[0], contest_buffer + done, size - done);

		if (r <= 0)
			contest_fail("read");
		done += (size_t)r;
	}
	return got(ret_data, ret_stride, size);
}

const struct contestant contest_pipe = {
	.name = "pipe",
	.max_parties = 1,
	.make = pipe_make,
	.unmake = close_ends,
	.send = write_one,
	.recv = read_one,
};

const struct contestant contest_seqpacket = {
	.name = "seqpacket",
	.max_parties = 1,
	.make = socket_make,
	.unmake = close_ends,
	.send = write_one,
	.recv = read_one,
};
