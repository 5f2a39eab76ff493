/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the hardware allows: one producer and one consumer with slots of one size, without locks, sleeping or crash
 * safety; one message at a time, and in batches. Also Concurrency Kit's rings of pointers, here to buffers in the same
 * shared memory.
 */

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/contest.h"

#ifdef HAVE_CK
#include <ck_ring.h>
#endif

#define SLOTS_BYTES (1 << 22)
#define PAUSES 8

static struct shared {
	_Alignas(128) _Atomic uint64_t head;
	_Alignas(128) _Atomic uint64_t tail;
	_Alignas(128) char slots[];
} * shared;
static uint64_t n_slots, head, tail, seen; /* our positions; the other side's position when last read */
static size_t made_size;

static void relax(void)
{
	for (unsigned i = 0; i < PAUSES; i++)
#if defined __x86_64__
		__builtin_ia32_pause();
#else
		atomic_signal_fence(memory_order_seq_cst);
#endif
}

static bool spin_make(size_t size)
{
	n_slots = SLOTS_BYTES / size;
	made_size = size;
	head = tail = seen = 0;
	shared = contest_share(sizeof *shared + n_slots * size);
	return true;
}

static void spin_unmake(void)
{
	munmap(shared, sizeof *shared + n_slots * made_size);
}

static size_t put(const char *data, size_t size, size_t n)
{
	while (head - seen + n > n_slots) {
		seen = atomic_load_explicit(&shared->tail, memory_order_acquire);
		if (head - seen + n > n_slots)
			relax();
	}
	for (size_t i = 0; i < n; i++)
		memcpy(shared->slots + (head + i) % n_slots * size, data + i * size, size);
	head += n;
	atomic_store_explicit(&shared->head, head, memory_order_release);
	return n;
}

static size_t put_one(const char *data, size_t size, size_t n)
{
	(void)n;
	return put(data, size, 1);
}

static size_t get(const char **ret_data, size_t *ret_stride, size_t size, size_t most)
{
	size_t n;

	while (seen == tail) {
		seen = atomic_load_explicit(&shared->head, memory_order_acquire);
		if (seen == tail)
			relax();
	}
	n = seen - tail < most ? seen - tail : most;
	for (size_t i = 0; i < n; i++)
		memcpy(contest_buffer + i * size, shared->slots + (tail + i) % n_slots * size, size);
	tail += n;
	atomic_store_explicit(&shared->tail, tail, memory_order_release);
	*ret_data = contest_buffer;
	*ret_stride = size;
	return n;
}

static size_t get_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	return get(ret_data, ret_stride, size, 1);
}

static size_t get_batch(const char **ret_data, size_t *ret_stride, size_t size)
{
	return get(ret_data, ret_stride, size, CONTEST_BATCH);
}

const struct contestant contest_spin = {
	.name = "bare spinning",
	.max_parties = 1,
	.make = spin_make,
	.unmake = spin_unmake,
	.send = put_one,
	.recv = get_one,
};

const struct contestant contest_spin_batch = {
	.name = "bare spinning, batches",
	.max_parties = 1,
	.make = spin_make,
	.unmake = spin_unmake,
	.send = put,
	.recv = get_batch,
};

#ifdef HAVE_CK

/*
 * The ring holds pointers to buffers that are used in turn. The ring limits how many buffers are in use, but only with one
 * producer and one consumer; with more, a buffer could be overwritten while it is read.
 */
#define CK_SLOTS 4096

static struct ck_shared {
	ck_ring_t ring;
	ck_ring_buffer_t entries[CK_SLOTS];
	_Alignas(128) char buffers[];
} * ck;
static uint64_t n_sent;

static bool ck_make(size_t size)
{
	made_size = size;
	n_sent = 0;
	ck = contest_share(sizeof *ck + 2 * CK_SLOTS * size);
	ck_ring_init(&ck->ring, CK_SLOTS);
	return true;
}

static void ck_unmake(void)
{
	munmap(ck, sizeof *ck + 2 * CK_SLOTS * made_size);
}

static void *ck_fill(const char *data, size_t size)
{
	char *buffer = ck->buffers + n_sent++ % (2 * CK_SLOTS) * size;

	memcpy(buffer, data, size);
	return buffer;
}

static size_t ck_got(void *buffer, const char **ret_data, size_t *ret_stride, size_t size)
{
	memcpy(contest_buffer, buffer, size);
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

static size_t spsc_send(const char *data, size_t size, size_t n)
{
	void *buffer = ck_fill(data, size);

	(void)n;
	while (!ck_ring_enqueue_spsc(&ck->ring, ck->entries, buffer))
		relax();
	return 1;
}

static size_t spsc_recv(const char **ret_data, size_t *ret_stride, size_t size)
{
	void *buffer;

	while (!ck_ring_dequeue_spsc(&ck->ring, ck->entries, &buffer))
		relax();
	return ck_got(buffer, ret_data, ret_stride, size);
}

static size_t mpmc_send(const char *data, size_t size, size_t n)
{
	void *buffer = ck_fill(data, size);

	(void)n;
	while (!ck_ring_enqueue_mpmc(&ck->ring, ck->entries, buffer))
		relax();
	return 1;
}

static size_t mpmc_recv(const char **ret_data, size_t *ret_stride, size_t size)
{
	void *buffer;

	while (!ck_ring_dequeue_mpmc(&ck->ring, ck->entries, &buffer))
		relax();
	return ck_got(buffer, ret_data, ret_stride, size);
}

const struct contestant contest_ck_spsc = {
	.name = "ck ring, 1:1 only",
	.max_parties = 1,
	.make = ck_make,
	.unmake = ck_unmake,
	.send = spsc_send,
	.recv = spsc_recv,
};

const struct contestant contest_ck_mpmc = {
	.name = "ck ring",
	.max_parties = 1,
	.make = ck_make,
	.unmake = ck_unmake,
	.send = mpmc_send,
	.recv = mpmc_recv,
};

#endif
