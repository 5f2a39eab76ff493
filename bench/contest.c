/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Compares ways to pass messages between processes. Each call takes one measurement; a script interleaves them:
 *
 *   contest list                                   names that were built in
 *   contest rate NAME SIZE PRODUCERS CONSUMERS MS  messages a second; slowest/fastest producer, consumer
 *   contest trip NAME PAUSE-US MS                  median round trip over two channels, in ns
 *   contest pair NAME MS                           a send and a receive in one process, in ns
 *   contest distance                               round trip of a cache line between two CPUs, in ns
 *   contest idle                                   wake-ups and CPU time of a ring's consumer that waits for 5 s
 *   contest death                                  time from the death of a lock's owner to the next send on the ring, in µs
 *
 * Every message carries its number; receivers check it.
 */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/contest.h"
#include "lib/kipc.h"

#define PARTIES_MAX 64
#define SIZE_MAX_ 65536
#define THE_END UINT64_MAX
#define SAMPLES_MAX 200000

static const struct contestant *const contestants[] = {
	&contest_sysv,	     &contest_mq,	  &contest_pipe,       &contest_seqpacket,
	&contest_kipc_queue, &contest_ring,	  &contest_ring_batch, &contest_ring_zero,
#ifdef HAVE_ZMQ
	&contest_zmq,
#endif
#ifdef HAVE_NNG
	&contest_nng,
#endif
#ifdef HAVE_BOOST
	&contest_boost,
#endif
#ifdef HAVE_CK
	&contest_ck_mpmc,    &contest_ck_spsc,
#endif
	&contest_spin,	     &contest_spin_batch,
};

char *contest_buffer;

static struct board {
	_Atomic int go, stop;
	_Atomic uint64_t ready, ended;
	_Alignas(128) struct {
		_Alignas(128) _Atomic uint64_t count;
	} parties[2 * PARTIES_MAX];
} * board;

void contest_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

void *contest_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		contest_fail("mmap");
	return memory;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void sleep_ms(unsigned long ms)
{
	struct timespec time = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		contest_fail("fork");
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* -- rate ------------------------------------------------------------------------------------------------- */

/* Tells each consumer to stop. */
static void send_ends(const struct contestant *way, size_t size, unsigned n)
{
	const uint64_t end = THE_END;
	char *data = calloc(1, size);

	if (data == NULL)
		contest_fail("calloc");
	memcpy(data, &end, sizeof end);
	for (unsigned i = 0; i < n; i++)
		way->send(data, size, 1);
	free(data);
}

static void produce(const struct contestant *way, size_t size, unsigned party, unsigned producers,
		    unsigned consumers)
{
	uint64_t number = 0, in_hand[CONTEST_BATCH];
	char *data = calloc(CONTEST_BATCH, size);

	if (data == NULL)
		contest_fail("calloc");
	if (way->begin_send != NULL)
		way->begin_send();
	board->ready++;
	while (!board->go)
		sched_yield();
	while (!atomic_load_explicit(&board->stop, memory_order_relaxed)) {
		for (size_t i = 0; i < CONTEST_BATCH;) {
			size_t n;

			for (size_t j = i; j < CONTEST_BATCH; j++) {
				in_hand[j] = number + j - i;
				memcpy(data + j * size, &in_hand[j], sizeof in_hand[j]);
			}
			n = way->send(data + i * size, size, CONTEST_BATCH - i);
			i += n;
			number += n;
		}
		atomic_store_explicit(&board->parties[party].count, number, memory_order_relaxed);
	}
	/* The last producer stops the consumers. */
	if (++board->ended == producers)
		send_ends(way, size, consumers);
}

static void consume(const struct contestant *way, size_t size, unsigned party, bool is_ordered)
{
	uint64_t expected = 0, number, count = 0;
	const char *data;
	size_t stride, n;

	if (way->begin_recv != NULL)
		way->begin_recv();
	board->ready++;
	for (;;) {
		n = way->recv(&data, &stride, size);
		for (size_t i = 0; i < n; i++) {
			memcpy(&number, data + i * stride, sizeof number);
			if (number == THE_END) {
				board->ended++;
				/* The batch may hold the end marks of other consumers. */
				for (size_t j = i + 1; j < n; j++)
					way->send(data + j * stride, size, 1);
				return;
			}
			if (is_ordered && number != expected++) {
				fprintf(stderr, "%s: message %lu is %lu\n", way->name, expected - 1, number);
				exit(1);
			}
		}
		if (way->done != NULL)
			way->done();
		count += n;
		atomic_store_explicit(&board->parties[party].count, count, memory_order_relaxed);
	}
}

static uint64_t sum(unsigned from, unsigned n, uint64_t *ret_least, uint64_t *ret_most)
{
	uint64_t total = 0;

	*ret_least = UINT64_MAX;
	*ret_most = 0;
	for (unsigned i = from; i < from + n; i++) {
		uint64_t count = board->parties[i].count;

		total += count;
		*ret_least = count < *ret_least ? count : *ret_least;
		*ret_most = count > *ret_most ? count : *ret_most;
	}
	return total;
}

static int rate(const struct contestant *way, size_t size, unsigned producers, unsigned consumers,
		unsigned long ms)
{
	uint64_t before, after, least, most, sent_least, sent_most;
	double begin, end;
	int status;

	if (producers > way->max_parties || consumers > way->max_parties)
		return 3;
	if (!way->make(size))
		contest_fail(way->name);
	for (unsigned i = 0; i < consumers; i++)
		if (start() == 0) {
			consume(way, size, producers + i, producers == 1 && consumers == 1);
			sleep_ms(50);
			_exit(0);
		}
	while (board->ready < consumers)
		sched_yield();
	for (unsigned i = 0; i < producers; i++)
		if (start() == 0) {
			produce(way, size, i, producers, consumers);
			while (board->ended <
			       producers + consumers) /* the library may send in the background */
				sleep_ms(1);
			_exit(0);
		}
	while (board->ready < producers + consumers)
		sched_yield();
	board->go = 1;
	sleep_ms(ms / 10); /* warm-up */
	before = sum(producers, consumers, &least, &most);
	begin = now();
	sleep_ms(ms);
	after = sum(producers, consumers, &least, &most);
	end = now();
	(void)sum(0, producers, &sent_least, &sent_most);
	board->stop = 1;
	for (unsigned i = 0; i < producers + consumers; i++)
		if (wait(&status) < 0 || status != 0) {
			fprintf(stderr, "%s: a party failed\n", way->name);
			return 1;
		}
	way->unmake();
	printf("%.0f\t%.2f\t%.2f\n", (double)(after - before) / (end - begin),
	       sent_most == 0 ? 0 : (double)sent_least / (double)sent_most,
	       most == 0 ? 0 : (double)least / (double)most);
	return 0;
}

/* -- round trips -------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Two System V queues or two rings: one for each direction. */
struct route {
	bool is_ring;
	int ids[2];
	struct kipc_channel *rings[2];
};

static void open_route(struct route *route)
{
	char address[32];

	for (unsigned i = 0; i < 2; i++) {
		route->ids[i] =
			route->is_ring ? shmget(IPC_PRIVATE, 1 << 16, 0600) : msgget(IPC_PRIVATE, 0600);
		if (route->ids[i] < 0 || (route->is_ring && kipc_ring_format(route->ids[i], 0) < 0))
			contest_fail("a queue or ring");
		snprintf(address, sizeof address, "segment:@%d", route->ids[i]);
		if (route->is_ring && kipc_open(address, NULL, KIPC_SEGMENT, &route->rings[i]) < 0)
			contest_fail("kipc_open");
	}
}

static void send_on(const struct route *route, unsigned way, const void *message, size_t size)
{
	const struct {
		long type;
		char body[64];
	} *whole = message;

	if (route->is_ring ? kipc_send(route->rings[way], 1, whole->body, size, KIPC_FOREVER) < 0
			   : msgsnd(route->ids[way], message, size, 0) < 0)
		contest_fail("send");
}

static void recv_from(const struct route *route, unsigned way, void *message, size_t size)
{
	struct {
		long type;
		char body[64];
	} *whole = message;

	if (route->is_ring ? kipc_recv(route->rings[way], whole->body, size, 0, 0, KIPC_FOREVER, NULL) < 0
			   : msgrcv(route->ids[way], message, size, 0, 0) < 0)
		contest_fail("receive");
}

static int trip(const char *name, unsigned long pause_us, unsigned long ms)
{
	static double samples[SAMPLES_MAX];
	struct route route = { .is_ring = strcmp(name, contest_ring.name) == 0 };
	struct {
		long type;
		char body[64];
	} message = { .type = 1 };
	size_t n = 0;
	double end;
	pid_t pid;

	open_route(&route);
	pid = start();
	while (pid == 0) {
		recv_from(&route, 0, &message, sizeof message.body);
		send_on(&route, 1, &message, sizeof message.body);
	}
	for (end = now() + (double)ms / 1000; now() < end && n < SAMPLES_MAX; n++) {
		double begin;

		if (pause_us > 0)
			usleep((useconds_t)pause_us);
		begin = now();
		send_on(&route, 0, &message, sizeof message.body);
		recv_from(&route, 1, &message, sizeof message.body);
		samples[n] = (now() - begin) * 1e9;
	}
	kill(pid, SIGKILL);
	wait(NULL);
	for (unsigned i = 0; i < 2; i++) {
		if (route.is_ring)
			shmctl(route.ids[i], IPC_RMID, NULL);
		else
			msgctl(route.ids[i], IPC_RMID, NULL);
	}
	qsort(samples, n, sizeof *samples, compare);
	printf("%.0f\n", samples[n / 2]);
	return 0;
}

/* -- one process -------------------------------------------------------------------------------------------- */

static int pair(const struct contestant *way, unsigned long ms)
{
	uint64_t n = 0;
	const char *data;
	size_t stride;
	char body[64] = "";
	double begin, end;

	if (!way->make(sizeof body))
		contest_fail(way->name);
	if (way->begin_send != NULL)
		way->begin_send();
	begin = now();
	do {
		for (unsigned i = 0; i < 1000; i++, n++) {
			way->send(body, sizeof body, 1);
			way->recv(&data, &stride, sizeof body);
			if (way->done != NULL)
				way->done();
		}
		end = now();
	} while (end - begin < (double)ms / 1000);
	way->unmake();
	printf("%.1f\n", (end - begin) / (double)n * 1e9);
	return 0;
}

/* -- the machine; properties of rings ----------------------------------------------------------------------- */

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}

static int distance(void)
{
	const unsigned trips = 1000000;
	_Atomic uint64_t *line = &board->parties[0].count;
	double begin;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		puts("0");
		return 0;
	}
	if (start() == 0) {
		pin(1);
		for (uint64_t i = 1; i <= trips; i++) {
			while (atomic_load_explicit(line, memory_order_acquire) != 2 * i - 1)
				;
			atomic_store_explicit(line, 2 * i, memory_order_release);
		}
		_exit(0);
	}
	pin(0);
	begin = now();
	for (uint64_t i = 1; i <= trips; i++) {
		atomic_store_explicit(line, 2 * i - 1, memory_order_release);
		while (atomic_load_explicit(line, memory_order_acquire) != 2 * i)
			;
	}
	printf("%.0f\n", (now() - begin) / trips * 1e9);
	wait(NULL);
	return 0;
}

static struct kipc_channel *open_scratch_ring(void)
{
	struct kipc_channel *ring;
	struct kipc_ring stat;
	char address[32];
	int id = shmget(IPC_PRIVATE, 1 << 16, 0600);

	if (id < 0 || kipc_ring_format(id, 0) < 0)
		contest_fail("a ring");
	snprintf(address, sizeof address, "segment:@%d", id);
	if (kipc_open(address, NULL, KIPC_SEGMENT, &ring) < 0 || kipc_ring_stat(ring, &stat) < 0 ||
	    kipc_send(ring, 1, "", 0, KIPC_NOW) < 0 ||
	    kipc_recv(ring, address, sizeof address, 0, 0, KIPC_NOW, NULL) < 0)
		contest_fail("kipc_open");
	shmctl(id, IPC_RMID, NULL);
	return ring;
}

/* How long a process ran, and how often the kernel switched to it. */
static void read_schedstat(pid_t pid, unsigned long *ret_ns, unsigned long *ret_times)
{
	unsigned long waited;
	char path[64];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%lu %lu %lu", ret_ns, &waited, ret_times) != 3)
		contest_fail(path);
	fclose(file);
}

static int idle(void)
{
	struct kipc_channel *ring = open_scratch_ring();
	unsigned long ns[2], times[2];
	pid_t pid = start();
	char body[64];

	if (pid == 0) {
		(void)kipc_recv(ring, body, sizeof body, 0, 0, KIPC_FOREVER, NULL);
		_exit(0);
	}
	sleep_ms(500);
	read_schedstat(pid, &ns[0], &times[0]);
	sleep_ms(5000);
	read_schedstat(pid, &ns[1], &times[1]);
	kill(pid, SIGKILL);
	wait(NULL);
	printf("%lu\t%lu\n", times[1] - times[0], ns[1] - ns[0]);
	return 0;
}

/* Stops a producer again and again until it holds the lock, kills it, and times the next send of this process. */
static int death(void)
{
	static double samples[100];
	struct kipc_channel *ring = open_scratch_ring();
	const size_t n = sizeof samples / sizeof *samples;
	struct kipc_ring stat;
	char body[4096] = "";

	for (size_t i = 0; i < n; i++) {
		pid_t pid = start(), holder = 0;
		double begin;

		if (pid == 0)
			for (;;) {
				(void)kipc_send(ring, 1, body, sizeof body, KIPC_NOW);
				(void)kipc_recv(ring, body, sizeof body, 0, 0, KIPC_NOW, NULL);
			}
		while (holder != pid) {
			kill(pid, SIGCONT);
			usleep(100);
			kill(pid, SIGSTOP);
			waitpid(pid, NULL, WUNTRACED);
			kipc_ring_stat(ring, &stat);
			holder = stat.producer_lock;
		}
		while (kipc_recv(ring, body, sizeof body, 0, 0, KIPC_NOW, NULL) >= 0)
			;
		begin = now();
		kill(pid, SIGKILL);
		if (kipc_send(ring, 1, body, sizeof body, KIPC_FOREVER) < 0)
			contest_fail("kipc_send");
		samples[i] = (now() - begin) * 1e6;
		waitpid(pid, NULL, 0);
	}
	qsort(samples, n, sizeof *samples, compare);
	printf("%.0f\t%.0f\n", samples[n / 2], samples[n - 1]);
	return 0;
}

static const struct contestant *find(const char *name)
{
	for (size_t i = 0; i < sizeof contestants / sizeof *contestants; i++)
		if (strcmp(contestants[i]->name, name) == 0)
			return contestants[i];
	fprintf(stderr, "contest: no contestant is called '%s'\n", name);
	exit(2);
}

static unsigned long number(const char *text)
{
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "list";

	board = contest_share(sizeof *board);
	contest_buffer = malloc(CONTEST_BATCH * (SIZE_MAX_ + 16));
	if (contest_buffer == NULL)
		contest_fail("malloc");
	if (strcmp(what, "rate") == 0 && argc == 7)
		return rate(find(argv[2]), number(argv[3]), (unsigned)number(argv[4]),
			    (unsigned)number(argv[5]), number(argv[6]));
	if (strcmp(what, "trip") == 0 && argc == 5)
		return trip(argv[2], number(argv[3]), number(argv[4]));
	if (strcmp(what, "pair") == 0 && argc == 4)
		return pair(find(argv[2]), number(argv[3]));
	if (strcmp(what, "distance") == 0)
		return distance();
	if (strcmp(what, "idle") == 0)
		return idle();
	if (strcmp(what, "death") == 0)
		return death();
	for (size_t i = 0; i < sizeof contestants / sizeof *contestants; i++)
		puts(contestants[i]->name);
	return 0;
}
