/* SPDX-License-Identifier: CC0-1.0 */

/* A textbook program: prints the string in the segment with key 1234. */

#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
	int segment = shmget(1234, 0, 0);
	const char *text;

	if (segment < 0) {
		perror("shmget");
		return 1;
	}
	text = shmat(segment, NULL, SHM_RDONLY);
	if (text == (const char *)-1) {
		perror("shmat");
		return 1;
	}
	printf("%s\n", text);
	return shmdt(text) < 0;
}
