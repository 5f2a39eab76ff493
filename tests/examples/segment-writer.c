/* SPDX-License-Identifier: CC0-1.0 */

/* A textbook program: writes its argument as a string into the segment with key 1234. */

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
	int segment = shmget(1234, 0, 0);
	char *text;

	if (segment < 0) {
		perror("shmget");
		return 1;
	}
	text = shmat(segment, NULL, 0);
	if (text == (char *)-1) {
		perror("shmat");
		return 1;
	}
	strcpy(text, argc > 1 ? argv[1] : "Hello from an unrelated program");
	return shmdt(text) < 0;
}
