/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a lock costs a ring: a ring of 64-byte messages with each of the locks that were considered for lib/ring/lock.h,
 * in one process (send and receive alternate) and between two. Prints a table. Run by bench/ring.sh.
 * Arguments: repetitions (5), messages (3000000).
 *
 *   none       no lock: one producer, one consumer
 *   cas        a compare-and-swap spin lock for each side; not crash-safe
 *   two words  a robust futex for each side, and the position in another word; an exchange unlocks
 *   one word   a robust futex that also holds the position; one compare-and-swap moves and unlocks (as in lib/ring)
 *   mutex      a robust pthread mutex for each side; its list is in the shared memory
 *   sem_undo   a System V semaphore for each side, taken with SEM_UNDO
 */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>

#define SLOTS 16384
#define SIZE 64
#define PAUSES 8

struct slot {
	char bytes[SIZE];
};

struct side {
	_Alignas(128) _Atomic uint64_t word; /* the lock, or the lock and the position */
	_Alignas(128) _Atomic uint32_t position;
	pthread_mutex_t mutex;
	int semaphore;
};

struct shared {
	struct side sides[2]; /* producers, consumers */
	struct slot slots[SLOTS];
};

static struct shared *shared;
static int semaphores;
static struct robust_list_head *robust;
static uint32_t tid;

/* enter() takes the lock and returns the position; leave() publishes a new position and unlocks; look() only reads it. */
struct lock {
	const char *name;
	uint32_t (*enter)(unsigned side);
	void (*leave)(unsigned side, uint32_t position);
	uint32_t (*look)(unsigned side);
	uint64_t divisor; /* slow locks get fewer messages */
};

static uint32_t look_at_position(unsigned side)
{
	return atomic_load_explicit(&shared->sides[side].position, memory_order_acquire);
}

static uint32_t none_enter(unsigned side)
{
	return atomic_load_explicit(&shared->sides[side].position, memory_order_relaxed);
}

static void none_leave(unsigned side, uint32_t position)
{
	atomic_store_explicit(&shared->sides[side].position, position, memory_order_release);
}

static uint32_t cas_enter(unsigned side)
{
	uint64_t free = 0;

	while (!atomic_compare_exchange_weak_explicit(&shared->sides[side].word, &free, 1,
						      memory_order_acquire, memory_order_relaxed))
		free = 0;
	return none_enter(side);
}

static void cas_leave(unsigned side, uint32_t position)
{
	none_leave(side, position);
	atomic_store_explicit(&shared->sides[side].word, 0, memory_order_release);
}

static void announce(void *word)
{
	char *entry = word == NULL ? NULL : (char *)word - robust->futex_offset;

	atomic_signal_fence(memory_order_seq_cst);
	*(struct robust_list *volatile *)&robust->list_op_pending = (struct robust_list *)(void *)entry;
	atomic_signal_fence(memory_order_seq_cst);
}

static uint32_t two_enter(unsigned side)
{
	uint64_t free = 0;

	announce(&shared->sides[side].word);
	while (!atomic_compare_exchange_weak_explicit(&shared->sides[side].word, &free, tid,
						      memory_order_acquire, memory_order_relaxed))
		free = 0;
	return none_enter(side);
}

static void two_leave(unsigned side, uint32_t position)
{
	none_leave(side, position);
	if (atomic_exchange_explicit(&shared->sides[side].word, 0, memory_order_acq_rel) != tid)
		abort(); /* a real lock would wake a waiter */
	announce(NULL);
}

static uint32_t one_enter(unsigned side)
{
	uint64_t word;

	announce(&shared->sides[side].word);
	do
		word = atomic_load_explicit(&shared->sides[side].word, memory_order_relaxed);
	while ((word & FUTEX_TID_MASK) != 0 ||
	       !atomic_compare_exchange_weak_explicit(&shared->sides[side].word, &word, word | tid,
						      memory_order_acquire, memory_order_relaxed));
	return (uint32_t)(word >> 33);
}

static void one_leave(unsigned side, uint32_t position)
{
	uint64_t word = (uint64_t)((position - 1) & INT32_MAX) << 33 | tid;

	if (!atomic_compare_exchange_strong_explicit(&shared->sides[side].word, &word,
						     (uint64_t)(position & INT32_MAX) << 33,
						     memory_order_release, memory_order_relaxed))
		abort(); /* a real lock would wake a sleeper */
	announce(NULL);
}

static uint32_t one_look(unsigned side)
{
	return (uint32_t)(atomic_load_explicit(&shared->sides[side].word, memory_order_acquire) >> 33);
}

static uint32_t mutex_enter(unsigned side)
{
	pthread_mutex_lock(&shared->sides[side].mutex);
	return none_enter(side);
}

static void mutex_leave(unsigned side, uint32_t position)
{
	none_leave(side, position);
	pthread_mutex_unlock(&shared->sides[side].mutex);
}

static void operate(unsigned side, int by)
{
	struct sembuf operation = { .sem_num = (unsigned short)side,
				    .sem_op = (short)by,
				    .sem_flg = SEM_UNDO };

	while (semop(semaphores, &operation, 1) < 0)
		if (errno != EINTR)
			abort();
}

static uint32_t undo_enter(unsigned side)
{
	operate(side, -1);
	return none_enter(side);
}

static void undo_leave(unsigned side, uint32_t position)
{
	none_leave(side, position);
	operate(side, 1);
}

static const struct lock locks[] = {
	{ "none", none_enter, none_leave, look_at_position, 1 },
	{ "cas", cas_enter, cas_leave, look_at_position, 1 },
	{ "two words", two_enter, two_leave, look_at_position, 1 },
	{ "one word", one_enter, one_leave, one_look, 1 },
	{ "mutex", mutex_enter, mutex_leave, look_at_position, 1 },
	{ "sem_undo", undo_enter, undo_leave, look_at_position, 20 },
};
#define N_LOCKS (sizeof locks / sizeof *locks)
#define REPETITIONS_MAX 100

/* -- the ring -- */

static void send_one(const struct lock *lock, uint32_t *seen, const void *message)
{
	uint32_t position = lock->enter(0);

	while (((position - *seen) & INT32_MAX) >= SLOTS) {
		*seen = lock->look(1);
		for (unsigned i = 0; i < PAUSES; i++)
			__asm__ volatile("" ::: "memory");
	}
	memcpy(&shared->slots[position % SLOTS], message, SIZE);
	lock->leave(0, position + 1);
}

static void receive_one(const struct lock *lock, uint32_t *seen, void *message)
{
	uint32_t position = lock->enter(1);

	while (position == *seen) {
		*seen = lock->look(0);
#if defined __x86_64__
		for (unsigned i = 0; position == *seen && i < PAUSES; i++)
			__builtin_ia32_pause();
#endif
	}
	memcpy(message, &shared->slots[position % SLOTS], SIZE);
	lock->leave(1, position + 1);
}

static void know_thread(void)
{
	size_t size;

	if (syscall(SYS_get_robust_list, 0, &robust, &size) < 0)
		abort();
	tid = (uint32_t)syscall(SYS_gettid);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void begin(void)
{
	pthread_mutexattr_t attributes;

	memset(shared, 0, sizeof *shared);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_init(&shared->sides[i].mutex, &attributes);
		semctl(semaphores, (int)i, SETVAL, 1);
	}
}

/* Nanoseconds for a send and a receive in one process. */
static double by_turns(const struct lock *lock, uint64_t n)
{
	uint32_t seen[2] = { 0 };
	char message[SIZE] = { 0 };
	double start;

	begin();
	start = now();
	for (uint64_t i = 0; i < n; i++) {
		send_one(lock, &seen[0], message);
		receive_one(lock, &seen[1], message);
	}
	return (now() - start) / (double)n * 1e9;
}

/* Million messages a second between two processes. */
static double between(const struct lock *lock, uint64_t n)
{
	char message[SIZE] = { 0 };
	uint32_t seen = 0;
	double start;
	int status;
	pid_t pid;

	begin();
	pid = fork();
	if (pid == 0) {
		know_thread();
		for (uint64_t i = 0; i < n; i++) {
			receive_one(lock, &seen, message);
			if (memcmp(message, &i, sizeof i) != 0)
				_exit(1);
		}
		_exit(0);
	}
	start = now();
	for (uint64_t i = 0; i < n; i++) {
		memcpy(message, &i, sizeof i);
		send_one(lock, &seen, message);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		abort();
	return (double)n / (now() - start) * 1e-6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double pair[N_LOCKS][REPETITIONS_MAX], rate[N_LOCKS][REPETITIONS_MAX];
	unsigned repetitions = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 3000000;

	if (repetitions < 1 || repetitions > REPETITIONS_MAX)
		return 2;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	semaphores = semget(IPC_PRIVATE, 2, 0600);
	if (shared == MAP_FAILED || semaphores < 0)
		return 1;
	know_thread();
	for (unsigned i = 0; i < repetitions; i++)
		for (unsigned j = 0; j < N_LOCKS; j++) {
			pair[j][i] = by_turns(&locks[j], n / locks[j].divisor);
			rate[j][i] = between(&locks[j], n / locks[j].divisor);
		}
	semctl(semaphores, 0, IPC_RMID);
	printf("| lock | send and receive in one process, ns | two processes, million/s |\n| --- | --- | --- "
	       "|\n");
	for (unsigned j = 0; j < N_LOCKS; j++) {
		qsort(pair[j], repetitions, sizeof(double), compare);
		qsort(rate[j], repetitions, sizeof(double), compare);
		printf("| %s | %.1f | %.1f |\n", locks[j].name, pair[j][repetitions / 2],
		       rate[j][repetitions / 2]);
	}
	return 0;
}
