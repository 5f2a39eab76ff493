/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One party writes anything anywhere into a ring while others use it: ring-scribble MILLISECONDS SEED. For
 * AddressSanitizer; nothing is mapped behind the segment. The others may get any result that kipc.h allows,
 * but each call has to return in time, and no party may die. In the end the ring is formatted again and
 * works.
 */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/kipc.h"
#include "lib/ring/layout.h"

#define RING_SIZE (4 * RING_HEADER_SIZE)
#define MESSAGE_MAX 1000
#define TIMEOUT_US 20000
#define CALL_S_MAX                                                                                           \
	10 /* the timeout, a second for each lock that stays held, and some more for a slow machine */

static char address[32];
static double end;
static unsigned seed;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static unsigned any(void)
{
	return (unsigned)rand_r(&seed) ^ (unsigned)rand_r(&seed) << 16;
}

/*
 * A value that makes trouble: a pid of ours, a size that nearly fits, a position near the right one, or
 * anything.
 */
static uint64_t trouble(uint64_t old)
{
	switch (any() % 8) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return old + 1 - 2 * (any() % 2);
	case 3:
		return old ^ UINT64_C(1) << any() % 64;
	case 4:
		return (old & ~RING_WORD_OWNER) | (uint64_t)(getpid() - 4 + (int)(any() % 10));
	case 5:
		return RING_SIZE - RING_HEADER_SIZE + 16 - any() % 32;
	default:
		return (uint64_t)any() << 32 | any();
	}
}

static void scribble(int id)
{
	char *bytes = shmat(id, NULL, 0);

	if (bytes == (void *)-1)
		_exit(3);
	while (now() < end) {
		/*
		 * Half of it hits the words that matter, the rest anywhere. The magic stays, so that the
		 * others can attach.
		 */
		size_t at =
			any() % 2 == 0 ? 128 + any() % 640 / 8 * 8 : 128 + any() % (RING_SIZE - 136) / 4 * 4;
		uint64_t value;

		memcpy(&value, bytes + at, sizeof value);
		value = trouble(value);
		memcpy(bytes + at, &value, any() % 2 == 0 ? 4 : 8);
		if (any() % 16 == 0)
			usleep(any() % 200);
	}
	_exit(0);
}

/* One call of any kind. */
static void call(struct kipc_channel *ring)
{
	static _Alignas(16) char buffer[8 * (MESSAGE_MAX + 16)];
	struct kipc_message batch[8];
	struct kipc_ring stat;
	const void *data;
	void *place;
	ssize_t n;
	size_t size;

	switch (any() % 9) {
	case 0:
	case 1:
		kipc_send(ring, 1, buffer, any() % MESSAGE_MAX, TIMEOUT_US);
		break;
	case 2:
		for (size_t i = 0; i < 8; i++)
			batch[i] = (struct kipc_message){ 1, buffer, any() % MESSAGE_MAX };
		kipc_send_batch(ring, batch, 8, TIMEOUT_US);
		break;
	case 3:
		if (kipc_reserve(ring, any() % MESSAGE_MAX, TIMEOUT_US, &place) == 0 &&
		    kipc_commit(ring, 1, any() % MESSAGE_MAX) != 0)
			kipc_abort(ring);
		break;
	case 4:
		n = kipc_recv(ring, buffer, MESSAGE_MAX, 0, 0, TIMEOUT_US, NULL);
		if (n > MESSAGE_MAX)
			abort();
		break;
	case 5:
		n = kipc_recv_batch(ring, buffer, sizeof buffer, batch, 8, TIMEOUT_US);
		for (ssize_t i = 0; i < n; i++)
			if ((char *)batch[i].data < buffer ||
			    (char *)batch[i].data + batch[i].size > buffer + sizeof buffer)
				abort();
		break;
	case 6:
		n = kipc_acquire(ring, TIMEOUT_US, &data, NULL);
		if (n >= 0) {
			memcpy(buffer, data, (size_t)n); /* all of it has to be mapped */
			kipc_release(ring);
		}
		break;
	case 7:
		kipc_peek(ring, buffer, MESSAGE_MAX, any() % 5, NULL);
		kipc_next_size(ring, &size);
		break;
	case 8:
		kipc_ring_stat(ring, &stat);
		kipc_ring_fault_to_string(kipc_ring_fault(ring));
		break;
	}
}

static void work(void)
{
	unsigned long calls = 0;

	while (now() < end) {
		struct kipc_channel *ring;

		if (kipc_open(address, NULL, KIPC_SEGMENT, &ring) < 0)
			_exit(3);
		for (unsigned i = 0; i < 50 && now() < end; i++, calls++) {
			alarm(CALL_S_MAX); /* kills a call that does not return */
			call(ring);
			alarm(0);
		}
		kipc_close(ring);
	}
	if (calls < 10)
		_exit(4);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct kipc_channel *ring;
	char got[8];
	int id, status, worst = 0;

	if (argc < 3)
		return 2;
	id = shmget(IPC_PRIVATE, RING_SIZE, 0600);
	if (id < 0 || kipc_ring_format(id, MESSAGE_MAX) < 0)
		return 3;
	snprintf(address, sizeof address, "segment:@%d", id);
	end = now() + strtod(argv[1], NULL) / 1000;
	for (unsigned i = 0; i < 5; i++) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		seed = (unsigned)strtoul(argv[2], NULL, 10) * 100 + i;
		if (i == 0)
			scribble(id);
		work();
	}
	while (wait(&status) > 0)
		if (status != 0) {
			fprintf(stderr, "a party ended with status %#x\n", (unsigned)status);
			worst = 1;
		}
	if (kipc_ring_format(id, MESSAGE_MAX) < 0 || kipc_open(address, NULL, KIPC_SEGMENT, &ring) < 0 ||
	    kipc_send(ring, 1, "anew", 4, KIPC_NOW) < 0 ||
	    kipc_recv(ring, got, sizeof got, 0, 0, KIPC_NOW, NULL) != 4)
		worst = 1;
	else
		kipc_close(ring);
	shmctl(id, IPC_RMID, NULL);
	return worst;
}
