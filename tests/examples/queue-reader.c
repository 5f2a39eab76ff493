/* SPDX-License-Identifier: CC0-1.0 */

/* A textbook program: waits for a message of type 1 on the queue with key 1234, and prints it. */

#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>

struct text_message {
	long type;
	char text[200];
};

int main(void)
{
	int queue = msgget(1234, 0);
	struct text_message message;
	ssize_t size;

	if (queue < 0) {
		perror("msgget");
		return 1;
	}
	size = msgrcv(queue, &message, sizeof message.text, 1, 0);
	if (size < 0) {
		perror("msgrcv");
		return 1;
	}
	printf("%.*s\n", (int)size, message.text);
	return 0;
}
