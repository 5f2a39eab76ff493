/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The smallest program that sends a message, for comparison with `kipcctl send`. */

#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

int main(void)
{
	struct {
		long type;
		char text[8];
	} message = { .type = 1, .text = "hello" };

	return msgsnd(msgget(0x6b01, 0), &message, strlen(message.text), IPC_NOWAIT) < 0;
}
