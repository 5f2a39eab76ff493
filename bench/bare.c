/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The bare system calls that kipc is compared with, in as little C as possible:
 *
 *	bare send KEY		send each line of standard input as a message
 *	bare recv KEY N		print N messages as lines
 *	bare one KEY TEXT	send one message: msgget and msgsnd only
 *	bare create KEY N	create N queues with keys from KEY: msgget and msgctl(IPC_SET)
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
	long type;
	char text[8192];
};

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int send_lines(int queue)
{
	struct message message = { .type = 1 };

	while (fgets(message.text, sizeof message.text, stdin) != NULL)
		if (msgsnd(queue, &message, strcspn(message.text, "\n"), 0) < 0)
			return fail("msgsnd");
	return 0;
}

static int recv_lines(int queue, long n)
{
	struct message message;

	while (n-- > 0) {
		ssize_t size = msgrcv(queue, &message, sizeof message.text, 0, 0);

		if (size < 0)
			return fail("msgrcv");
		message.text[size] = '\n';
		fwrite(message.text, 1, (size_t)size + 1, stdout);
	}
	return 0;
}

static int create(key_t key, long n)
{
	struct msqid_ds ds;

	for (long i = 0; i < n; i++) {
		int queue = msgget(key + (key_t)i, IPC_CREAT | IPC_EXCL | 0600);

		if (queue < 0)
			return fail("msgget");
		ds.msg_perm.uid = 0;
		ds.msg_perm.gid = 0;
		ds.msg_perm.mode = 0660;
		ds.msg_qbytes = 16384;
		if (msgctl(queue, IPC_SET, &ds) < 0)
			return fail("msgctl");
	}
	return 0;
}

static int send_one(int queue, const char *text)
{
	struct message message = { .type = 1 };
	size_t size = strlen(text);

	memcpy(message.text, text, size);
	return msgsnd(queue, &message, size, 0) < 0 ? fail("msgsnd") : 0;
}

int main(int argc, char **argv)
{
	key_t key;
	int queue;

	if (argc < 3)
		return 2;
	key = (key_t)strtol(argv[2], NULL, 0);
	if (strcmp(argv[1], "create") == 0)
		return create(key, atol(argv[3]));
	queue = msgget(key, 0);
	if (queue < 0)
		return fail("msgget");
	if (strcmp(argv[1], "send") == 0)
		return send_lines(queue);
	if (strcmp(argv[1], "recv") == 0)
		return recv_lines(queue, atol(argv[3]));
	return send_one(queue, argv[3]);
}
