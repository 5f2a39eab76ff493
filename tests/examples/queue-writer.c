/* SPDX-License-Identifier: CC0-1.0 */

/*
 * A textbook program: sends each argument, or a greeting, to the queue with key 1234. It knows nothing of kipc, and
 * works whether or not kipcd created the queue.
 */

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

struct text_message {
	long type;
	char text[200];
};

static int send_text(int queue, const char *text)
{
	struct text_message message = { .type = 1 };

	snprintf(message.text, sizeof message.text, "%s", text);
	return msgsnd(queue, &message, strlen(message.text), IPC_NOWAIT);
}

int main(int argc, char **argv)
{
	int queue = msgget(1234, 0);

	if (queue < 0) {
		perror("msgget");
		return 1;
	}
	for (int i = 1; i < argc; i++)
		if (send_text(queue, argv[i]) < 0) {
			perror("msgsnd");
			return 1;
		}
	if (argc == 1 && send_text(queue, "Hello from an unrelated program") < 0) {
		perror("msgsnd");
		return 1;
	}
	return 0;
}
