/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A program that uses a ring, for the tests of kipcd and kipcctl: ring-user ADDRESS VERB [ARGUMENT…]. Prints
 * what it received, or the name of the error; the status tells which.
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/kipc.h"

/* Large enough for what the tests send. */
static char buffer[1 << 20];

static int show(ssize_t n)
{
	if (n < 0)
		printf("%s\n", strerrorname_np((int)-n));
	fflush(stdout);
	return n < 0;
}

static int do_send(struct kipc_channel *channel, char **arguments)
{
	int r = 0;

	for (; *arguments != NULL && r == 0; arguments++)
		r = kipc_send(channel, 1, *arguments, strlen(*arguments), KIPC_NOW);
	return show(r);
}

/* Sends messages of SIZE bytes until the ring is full. */
static int do_fill(struct kipc_channel *channel, char **arguments)
{
	size_t size = strtoul(arguments[0], NULL, 0);
	int r;

	while ((r = kipc_send(channel, 1, buffer, size, KIPC_NOW)) == 0)
		;
	return r == -EAGAIN ? 0 : show(r);
}

static int do_recv(struct kipc_channel *channel, char **arguments)
{
	int64_t timeout = arguments[0] == NULL ? KIPC_NOW : KIPC_FOREVER;
	ssize_t n;

	if (timeout != KIPC_NOW && arguments[0][0] != 'w') /* "wait", or milliseconds */
		timeout = strtol(arguments[0], NULL, 10) * 1000;
	n = kipc_recv(channel, buffer, sizeof buffer, 0, 0, timeout, NULL);

	if (n >= 0)
		printf("%.*s\n", (int)n, buffer);
	return show(n);
}

/* Receives twice. The second call is about the object that the name stands for by then. */
static int do_recv_twice(struct kipc_channel *channel, char **arguments)
{
	(void)do_recv(channel, (char *[]){ (char *)"wait", NULL });
	return do_recv(channel, arguments);
}

static int do_stat(struct kipc_channel *channel, char **arguments)
{
	struct kipc_ring ring;
	int r = kipc_ring_stat(channel, &ring);

	if (r == 0)
		printf("messages=%llu max_message=%llu capacity=%llu consumer_waits=%llu retired=%d "
		       "fault=%d\n",
		       (unsigned long long)ring.messages, (unsigned long long)ring.max_message,
		       (unsigned long long)ring.capacity, (unsigned long long)ring.consumer_waits,
		       ring.retired, ring.fault);
	return show(r);
}

static int do_format(struct kipc_channel *channel, char **arguments)
{
	return show(kipc_ring_format(kipc_channel_id(channel), 0));
}

/* Acquires the oldest message, and releases it when the standard input ends. */
static int do_acquire(struct kipc_channel *channel, char **arguments)
{
	const void *data;
	ssize_t n = kipc_acquire(channel, KIPC_NOW, &data, NULL);

	if (n < 0)
		return show(n);
	printf("%.*s\n", (int)n, (const char *)data);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return show(kipc_release(channel));
}

/* Acquires a message, reserves another, and executes PROGRAM… */
static int do_exec(struct kipc_channel *channel, char **arguments)
{
	const void *data;
	void *place;
	ssize_t n = kipc_acquire(channel, KIPC_NOW, &data, NULL);

	if (n >= 0)
		n = kipc_reserve(channel, 1, KIPC_NOW, &place);
	if (n < 0)
		return show(n);
	execvp(arguments[0], arguments);
	return show(-errno);
}

/* Uses the handle, and uses it again in a child in another PID namespace. */
static int do_inherit(struct kipc_channel *channel, char **arguments)
{
	const void *data;
	void *place;
	int r, status;

	r = kipc_send(channel, 1, "mine", 4, KIPC_NOW);
	if (r < 0 || unshare(CLONE_NEWPID) < 0)
		return show(r < 0 ? r : -errno);
	if (fork() == 0) {
		show(kipc_send(channel, 1, "x", 1, KIPC_NOW));
		show(kipc_recv(channel, buffer, sizeof buffer, 0, 0, KIPC_NOW, NULL));
		show(kipc_wait(channel, 0, 0, KIPC_NOW));
		show(kipc_acquire(channel, KIPC_NOW, &data, NULL));
		show(kipc_reserve(channel, 1, KIPC_NOW, &place));
		_exit(kipc_peek(channel, buffer, sizeof buffer, 0, NULL) == 4 ? 0 : 3);
	}
	wait(&status);
	return status != 0;
}

/* Has the ring attached until the standard input ends. */
static int do_hold(struct kipc_channel *channel, char **arguments)
{
	int r = kipc_channel_is_ring(channel);

	if (r < 0)
		return show(r);
	printf("attached\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

/* Writes NUMBER over the eight bytes at OFFSET. */
static int do_scribble(struct kipc_channel *channel, char **arguments)
{
	unsigned long offset = strtoul(arguments[0], NULL, 0), number = strtoul(arguments[1], NULL, 0);
	char *address = shmat(kipc_channel_id(channel), NULL, 0);

	if (address == (char *)-1)
		return show(-errno);
	memcpy(address + offset, &number, sizeof number);
	return shmdt(address) < 0;
}

static const struct {
	const char *name;
	int n_arguments;
	int (*run)(struct kipc_channel *channel, char **arguments);
} verbs[] = {
	{ "send", 1, do_send },		{ "fill", 1, do_fill },
	{ "recv", 0, do_recv },		{ "recv-twice", 0, do_recv_twice },
	{ "stat", 0, do_stat },		{ "hold", 0, do_hold },
	{ "scribble", 2, do_scribble }, { "acquire", 0, do_acquire },
	{ "format", 0, do_format },	{ "exec", 1, do_exec },
	{ "inherit", 0, do_inherit },
};

int main(int argc, char **argv)
{
	struct kipc_channel *channel;
	int r;

	for (size_t i = 0; argc > 2 && i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(argv[2], verbs[i].name) != 0 || argc < 3 + verbs[i].n_arguments)
			continue;
		r = kipc_open(argv[1], NULL, KIPC_SEGMENT, &channel);
		if (r < 0)
			return show(r);
		r = verbs[i].run(channel, argv + 3);
		kipc_close(channel);
		return r;
	}
	return 2;
}
