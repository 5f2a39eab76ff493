/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Kills producers and consumers of a ring with SIGKILL at random instants, replaces them, and checks in the
 * end what was sent and received: ring-storm MODE KILLS SIZE [SEED]. Modes:
 *
 *   plain      send and receive; a message in a consumer's hands dies with it
 *   batch      many at once
 *   work       send; acquire, work, release: no message may be missing, at most one is repeated for each consumer killed
 *   in-place   reserve, fill, commit; acquire, work, release
 *   ordered    as plain, with one consumer, which has to see each producer's messages in their order
 *   turns      as plain, with one slow consumer, one producer of large messages and others of small ones: the large ones get room
 *
 * The parties record what they sent and saw in a ledger outside the ring. A message is "tried" before its
 * send and "sent" after it; if the producer is killed in between, it may have been sent or not. Prints one
 * line of figures; status 1: they are wrong.
 */

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/kipc.h"

#define PRODUCERS 4
#define CONSUMERS 4
#define PARTIES (PRODUCERS + CONSUMERS)
#define MESSAGES_MAX (1 << 23) /* of one producer */
#define BODY_MAX 600
#define BATCH 8
#define KILL_EVERY_NS 300000	     /* at most */
#define KILL_TURNS_EVERY_NS 30000000 /* a turn begins after 10 ms */
#define PATIENCE_MS 20000	     /* within which something has to move */

enum mode { PLAIN, BATCHES, WORK, IN_PLACE, ORDERED, TURNS };
static const char *const modes[] = { "plain", "batch", "work", "in-place", "ordered", "turns" };

enum { TRIED = 1, SENT = 2 };

static struct ledger {
	_Atomic uint64_t tried[PRODUCERS]; /* the number of the last message, from 1 */
	_Atomic uint64_t seen_in_all, torn, out_of_order;
	_Atomic uint8_t state[PRODUCERS][MESSAGES_MAX];
	_Atomic uint8_t seen[PRODUCERS][MESSAGES_MAX];
	_Atomic uint64_t last[PRODUCERS]; /* ordered, turns: the number last seen */
} * ledger;

struct body {
	uint64_t number;
	uint32_t producer;
	uint32_t sum; /* of what follows */
	unsigned char bytes[BODY_MAX - 16];
};

static enum mode mode;
static char address[32];

static void die(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error < 0 ? -error : errno));
	_exit(3);
}

static uint32_t sum_of(const unsigned char *bytes, size_t size)
{
	uint32_t sum = 2166136261U;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 16777619U;
	return sum;
}

static struct kipc_channel *open_ring(void)
{
	struct kipc_channel *ring;
	int r = kipc_open(address, NULL, KIPC_SEGMENT, &ring);

	if (r < 0)
		die("open", r);
	return ring;
}

/* -- the parties ----------------------------------------------------------------------------------------- */

static size_t make(struct body *body, uint32_t producer, unsigned *seed)
{
	uint64_t number = ledger->tried[producer] + 1;
	size_t size = (size_t)rand_r(seed) % sizeof body->bytes;

	if (mode == TURNS)
		size = producer == 0 ? sizeof body->bytes : size % 16;

	if (number >= MESSAGES_MAX)
		die("the ledger is full", ENOSPC);
	body->number = number;
	body->producer = producer;
	for (size_t i = 0; i < size; i++)
		body->bytes[i] = (unsigned char)(number * 31 + i);
	body->sum = sum_of(body->bytes, size);
	ledger->state[producer][number] = TRIED;
	ledger->tried[producer] = number;
	return sizeof *body - sizeof body->bytes + size;
}

static int send_one(struct kipc_channel *ring, const struct body *body, size_t size)
{
	void *place;
	int r;

	if (mode != IN_PLACE)
		return kipc_send(ring, 1, body, size, KIPC_FOREVER);
	r = kipc_reserve(ring, size, KIPC_FOREVER, &place);
	if (r < 0)
		return r;
	memcpy(place, body, size);
	return kipc_commit(ring, 1, size);
}

static void send_batch(struct kipc_channel *ring, uint32_t producer, unsigned *seed)
{
	struct kipc_message messages[BATCH];
	static struct body bodies[BATCH];
	ssize_t n = 0;

	for (size_t i = 0; i < BATCH; i++)
		messages[i] = (struct kipc_message){ 1, &bodies[i], make(&bodies[i], producer, seed) };
	for (size_t done = 0; done < BATCH; done += (size_t)n) {
		n = kipc_send_batch(ring, messages + done, BATCH - done, KIPC_FOREVER);
		if (n < 0)
			die("send", (int)n);
		for (ssize_t i = 0; i < n; i++)
			ledger->state[producer][bodies[done + (size_t)i].number] = SENT;
	}
}

/* Sleeps now and then, so that the ring becomes empty or full, and the others sleep, too. */
static void rest(unsigned *seed)
{
	if (rand_r(seed) % 64 == 0)
		usleep((useconds_t)rand_r(seed) % 100);
}

static void produce(uint32_t producer, unsigned seed)
{
	struct kipc_channel *ring = open_ring();
	static struct body body;

	for (;;) {
		if (mode == BATCHES) {
			send_batch(ring, producer, &seed);
		} else {
			size_t size = make(&body, producer, &seed);
			int r = send_one(ring, &body, size);

			if (r < 0)
				die("send", r);
			ledger->state[producer][body.number] = SENT;
		}
		if (mode != TURNS)
			rest(&seed);
	}
}

static void enter(const void *data, size_t size)
{
	const size_t head = offsetof(struct body, bytes);
	struct body body;

	if (size >= head && size <= sizeof body)
		memcpy(&body, data, size);
	if (size < head || size > sizeof body || body.producer >= PRODUCERS || body.number >= MESSAGES_MAX ||
	    body.sum != sum_of(body.bytes, size - head)) {
		ledger->torn++;
		return;
	}
	ledger->seen[body.producer][body.number]++;
	if (mode == ORDERED && body.number <= ledger->last[body.producer])
		ledger->out_of_order++;
	ledger->last[body.producer] = body.number;
	ledger->seen_in_all++;
}

static ssize_t take(struct kipc_channel *ring)
{
	static struct kipc_message got[BATCH];
	static _Alignas(16) char buffer[BATCH * (BODY_MAX + 16)];
	const void *data = buffer;
	ssize_t n;

	switch (mode) {
	case PLAIN:
	case ORDERED:
	case TURNS:
		n = kipc_recv(ring, buffer, sizeof buffer, 0, 0, KIPC_FOREVER, NULL);
		if (n >= 0)
			enter(buffer, (size_t)n);
		return n;
	case BATCHES:
		n = kipc_recv_batch(ring, buffer, sizeof buffer, got, BATCH, KIPC_FOREVER);
		for (ssize_t i = 0; i < n; i++)
			enter(got[i].data, got[i].size);
		return n;
	case WORK:
	case IN_PLACE:
		n = kipc_acquire(ring, KIPC_FOREVER, &data, NULL);
		if (n < 0)
			return n;
		enter(data, (size_t)n);
		return kipc_release(ring);
	}
	return -EINVAL;
}

/* Uses the CPU, as work does. */
static void work_for(long nanoseconds)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < nanoseconds);
}

static void consume(unsigned seed)
{
	struct kipc_channel *ring = open_ring();

	for (;;) {
		ssize_t n = take(ring);

		if (n < 0)
			die(n == -EBADMSG ? kipc_ring_fault_to_string(kipc_ring_fault(ring)) : "receive",
			    (int)n);
		if (mode == TURNS)
			work_for(20000); /* longer than the others need to fill the room that became free */
		else
			rest(&seed);
	}
}

static unsigned n_parties(void)
{
	return mode == ORDERED || mode == TURNS ? PRODUCERS + 1 : PARTIES;
}

static pid_t start(unsigned party, unsigned seed)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork", 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (party < PRODUCERS)
		produce(party, seed);
	else
		consume(seed);
	_exit(3);
}

/* -- the storm -------------------------------------------------------------------------------------------- */

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) < 0 || !WIFSIGNALED(status)) {
		fprintf(stderr, "a party ended by itself\n");
		exit(1);
	}
}

static void pause_up_to(unsigned *seed, long nanoseconds)
{
	struct timespec time = { .tv_nsec = rand_r(seed) % nanoseconds };

	nanosleep(&time, NULL);
}

/*
 * Turns: the large messages arrive as well, though their producer is killed often and begins its wait from
 * the start.
 */
static void expect_large(void)
{
	uint64_t before = ledger->last[0];

	for (unsigned i = 0; i < PATIENCE_MS && ledger->last[0] == before; i++)
		usleep(1000);
	if (ledger->last[0] != before)
		return;
	printf("no large message arrives\n");
	exit(1);
}

/* Fails if no message arrives within PATIENCE_MS. */
static void expect_movement(struct kipc_channel *ring, uint64_t before)
{
	struct kipc_ring stat;

	for (unsigned i = 0; i < PATIENCE_MS && ledger->seen_in_all == before; i++) {
		usleep(1000);
		if (waitpid(-1, NULL, WNOHANG) > 0) {
			fprintf(stderr, "a party ended by itself\n");
			exit(1);
		}
	}
	if (ledger->seen_in_all != before)
		return;
	kipc_ring_stat(ring, &stat);
	printf("nothing moves: %lu messages, %lu of %lu bytes; inside %d and %d, claims %d and %d\n",
	       stat.messages, stat.used, stat.capacity, stat.producer_lock, stat.consumer_lock,
	       stat.producer_claim, stat.consumer_claim);
	exit(1);
}

static unsigned storm(struct kipc_channel *ring, pid_t *pids, unsigned kills, unsigned *seed)
{
	unsigned consumers_killed = 0;

	for (unsigned i = 1; i <= kills; i++) {
		unsigned victim = (unsigned)rand_r(seed) % n_parties();

		pause_up_to(seed, mode == TURNS ? KILL_TURNS_EVERY_NS : KILL_EVERY_NS);
		end(pids[victim]);
		consumers_killed += victim >= PRODUCERS;
		pids[victim] = start(victim, *seed + i);
		if (i % 500 == 0)
			expect_movement(ring, ledger->seen_in_all);
		if (mode == TURNS && i % 50 == 0)
			expect_large();
	}
	return consumers_killed;
}

/* Kills the producers, lets the consumers empty the ring, and kills those. Returns how many consumers it killed. */
static unsigned drain(struct kipc_channel *ring, pid_t *pids)
{
	struct kipc_ring stat;
	unsigned waited = 0;

	for (unsigned i = 0; i < PRODUCERS; i++)
		end(pids[i]);
	for (;;) {
		uint64_t before = ledger->seen_in_all;

		kipc_ring_stat(ring, &stat);
		if (stat.used == 0 || waited > PATIENCE_MS)
			break;
		usleep(1000);
		waited = ledger->seen_in_all == before ? waited + 1 : 0;
	}
	usleep(10000); /* until the last message is in the ledger */
	for (unsigned i = PRODUCERS; i < n_parties(); i++)
		end(pids[i]);
	return n_parties() - PRODUCERS;
}

static int settle(struct kipc_channel *ring, unsigned kills, unsigned consumers_killed)
{
	const bool is_sure = mode == WORK || mode == IN_PLACE;
	uint64_t sent = 0, perhaps = 0, missing = 0, again = 0, allowed;
	struct kipc_ring stat;
	bool is_right;

	for (unsigned i = 0; i < PRODUCERS; i++)
		for (uint64_t n = 1; n <= ledger->tried[i]; n++) {
			sent += ledger->state[i][n] == SENT;
			perhaps += ledger->state[i][n] == TRIED;
			missing += ledger->state[i][n] == SENT && ledger->seen[i][n] == 0;
			again += ledger->seen[i][n] > 1 ? ledger->seen[i][n] - 1U : 0;
		}
	kipc_ring_stat(ring, &stat);
	allowed = consumers_killed * (mode == BATCHES ? BATCH : 1U);
	is_right = ledger->torn == 0 && ledger->out_of_order == 0 && missing <= (is_sure ? 0 : allowed) &&
		   again <= (is_sure ? allowed : 0) && stat.fault == KIPC_RING_SOUND && stat.used == 0 &&
		   stat.sent_messages == stat.received_messages && stat.sent_messages >= sent &&
		   stat.sent_messages <= sent + perhaps;
	printf("%s: %u kills, %u of consumers; sent %lu and perhaps %lu, seen %lu, missing %lu, again %lu, "
	       "torn %lu, out "
	       "of order %lu; the ring says %lu sent, %lu received%s\n",
	       modes[mode], kills, consumers_killed, sent, perhaps, ledger->seen_in_all, missing, again,
	       ledger->torn, ledger->out_of_order, stat.sent_messages, stat.received_messages,
	       is_right ? "" : ": WRONG");
	return is_right ? 0 : 1;
}

static int make_ring(size_t size)
{
	int id = shmget(IPC_PRIVATE, size, 0600), r;

	if (id < 0)
		die("shmget", 0);
	r = kipc_ring_format(id, BODY_MAX);
	if (r < 0)
		die("format", r);
	snprintf(address, sizeof address, "segment:@%d", id);
	return id;
}

int main(int argc, char **argv)
{
	unsigned kills, seed, consumers_killed;
	struct kipc_channel *ring;
	struct kipc_ring stat;
	pid_t pids[PARTIES];
	int status, id;

	if (argc < 4)
		return 2;
	while (strcmp(modes[mode], argv[1]) != 0)
		if (++mode > TURNS)
			return 2;
	kills = (unsigned)strtoul(argv[2], NULL, 10);
	seed = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 1;
	ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ledger == MAP_FAILED)
		die("mmap", 0);
	id = make_ring(strtoul(argv[3], NULL, 10));
	ring = open_ring();
	if (kipc_ring_stat(ring, &stat) < 0 || shmctl(id, IPC_RMID, NULL) < 0)
		die("the ring", 0);
	for (unsigned i = 0; i < n_parties(); i++)
		pids[i] = start(i, seed + i);
	expect_movement(ring, 0);
	consumers_killed = storm(ring, pids, kills, &seed);
	consumers_killed += drain(ring, pids);
	status = settle(ring, kills, consumers_killed);
	kipc_close(ring);
	return status;
}
