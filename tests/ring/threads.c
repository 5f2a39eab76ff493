/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Threads that share one mapping of a ring, for ThreadSanitizer, which sees no races between two mappings:
 * producers and consumers on one handle, with single messages, batches and in place. Each message has a
 * number and its square; the sums must agree. Argument: messages per producer.
 */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "lib/kipc.h"

#define PRODUCERS 3
#define CONSUMERS 3
#define BATCH 5
#define THE_END UINT64_MAX

struct message {
	uint64_t number;
	uint64_t squared;
	char rest[100];
};

static struct kipc_channel *ring;
static uint64_t n_messages;
static _Atomic uint64_t sent_sum, got_sum, n_got;
static _Atomic unsigned n_wrong;

static void check(ssize_t r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror((int)-r));
	exit(1);
}

static size_t fill(struct message *message, uint64_t number)
{
	*message = (struct message){ .number = number, .squared = number * number };
	memset(message->rest, (int)number, sizeof message->rest);
	return sizeof *message - number % sizeof message->rest;
}

static void *produce(void *argument)
{
	const uintptr_t style = (uintptr_t)argument;
	struct message messages[BATCH];
	struct kipc_message batch[BATCH];

	for (uint64_t i = 0; i < n_messages; i += BATCH) {
		for (unsigned j = 0; j < BATCH; j++) {
			uint64_t number = style * n_messages + i + j;

			batch[j] = (struct kipc_message){ 1, &messages[j], fill(&messages[j], number) };
			sent_sum += number;
		}
		if (style == 1) {
			for (ssize_t done = 0, n; done < BATCH; done += n) {
				n = kipc_send_batch(ring, batch + done, (size_t)(BATCH - done), KIPC_FOREVER);
				check(n, "kipc_send_batch");
			}
			continue;
		}
		for (unsigned j = 0; j < BATCH; j++) {
			void *place;

			if (style == 0) {
				check(kipc_send(ring, 1, batch[j].data, batch[j].size, KIPC_FOREVER),
				      "kipc_send");
				continue;
			}
			/* A handle can have one reservation, so only this thread reserves. */
			check(kipc_reserve(ring, batch[j].size, KIPC_FOREVER, &place), "kipc_reserve");
			memcpy(place, batch[j].data, batch[j].size);
			check(kipc_commit(ring, 1, batch[j].size), "kipc_commit");
		}
	}
	return NULL;
}

static int take_in(const void *data)
{
	const struct message *message = data;

	if (message->number == THE_END)
		return 1;
	n_wrong += message->squared != message->number * message->number;
	got_sum += message->number;
	n_got++;
	return 0;
}

static void *consume(void *argument)
{
	_Alignas(16) char buffer[BATCH * (sizeof(struct message) + 16)];
	struct kipc_message got[BATCH];
	int is_over = 0;

	while (!is_over) {
		ssize_t n;

		if (argument != NULL) {
			n = kipc_recv(ring, buffer, sizeof buffer, 0, 0, KIPC_FOREVER, NULL);
			check(n, "kipc_recv");
			is_over = take_in(buffer);
			continue;
		}
		n = kipc_recv_batch(ring, buffer, sizeof buffer, got, BATCH, KIPC_FOREVER);
		check(n, "kipc_recv_batch");
		for (ssize_t i = 0; i < n; i++) {
			if (is_over) /* the end of another consumer */
				check(kipc_send(ring, 1, got[i].data, got[i].size, KIPC_FOREVER),
				      "kipc_send");
			else
				is_over = take_in(got[i].data);
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t producers[PRODUCERS], consumers[CONSUMERS];
	struct message end = { .number = THE_END };
	char address[32];
	int id;

	n_messages = argc > 1 ? strtoull(argv[1], NULL, 10) / BATCH * BATCH : 10000;
	id = shmget(IPC_PRIVATE, 8192, 0600);
	check(id < 0 ? -errno : kipc_ring_format(id, sizeof(struct message)), "a ring");
	snprintf(address, sizeof address, "segment:@%d", id);
	check(kipc_open(address, NULL, KIPC_SEGMENT, &ring), "kipc_open");
	for (uintptr_t i = 0; i < CONSUMERS; i++)
		pthread_create(&consumers[i], NULL, consume, (void *)i);
	for (uintptr_t i = 0; i < PRODUCERS; i++)
		pthread_create(&producers[i], NULL, produce, (void *)i);
	for (unsigned i = 0; i < PRODUCERS; i++)
		pthread_join(producers[i], NULL);
	for (unsigned i = 0; i < CONSUMERS; i++)
		check(kipc_send(ring, 1, &end, sizeof end, KIPC_FOREVER), "kipc_send");
	for (unsigned i = 0; i < CONSUMERS; i++)
		pthread_join(consumers[i], NULL);
	kipc_close(ring);
	shmctl(id, IPC_RMID, NULL);
	printf("%lu messages, sum %lu, %u wrong\n", n_got, got_sum, n_wrong);
	return n_got != PRODUCERS * n_messages || got_sum != sent_sum || n_wrong != 0;
}
