/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rings with pages for which the kernel has no memory. `poor` is a handle of such a ring: an empty file is
 * mapped over some of its pages, so that touching them kills this test with SIGBUS. `rich` is another handle,
 * which has all pages.
 */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/base/pages.h"
#include "lib/channel.h"
#include "lib/ring/recv.h"
#include "lib/ring/send.h"

#define PAGE ((size_t)4096)
#define PAGES 16 /* of the data area */
#define LARGEST 16384

struct bench {
	int id;
	struct kipc_channel *poor, *rich;
	struct ring *ring; /* of `poor` */
};

static int set_up(void **state)
{
	static struct bench bench;
	char address[32];
	size_t n;

	if (sysconf(_SC_PAGESIZE) != (long)PAGE)
		skip();
	bench.id = shmget(IPC_PRIVATE, (1 + PAGES) * PAGE, 0600);
	assert_true(bench.id >= 0);
	assert_int_equal(kipc_ring_format(bench.id, LARGEST), 0);
	snprintf(address, sizeof address, "segment:@%d", bench.id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench.poor), 0);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &bench.rich), 0);
	/* This attaches the ring and touches no byte of the data area. */
	assert_int_equal(kipc_recv(bench.poor, NULL, 0, 0, 0, KIPC_NOW, NULL), -ENOMSG);
	assert_int_equal(kipc_message_bound(bench.poor, &n), 0);
	bench.ring = bench.poor->ring;
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kipc_close(bench->poor);
	kipc_close(bench->rich);
	shmctl(bench->id, IPC_RMID, NULL);
	return 0;
}

static void take_memory(struct bench *bench, size_t page, size_t n_pages)
{
	char *at = bench->ring->data + page * PAGE;
	int fd = memfd_create("nothing", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_ptr_equal(mmap(at, n_pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0), at);
	close(fd);
	if (pages_populate(at, 1) == 0)
		skip(); /* Linux before 5.14 */
	assert_int_equal(pages_populate(at, 1), -ENOBUFS);
}

static void give_memory(struct bench *bench)
{
	assert_ptr_equal(shmat(bench->id, bench->ring->header, SHM_REMAP), bench->ring->header);
}

static char *message(size_t size, char content)
{
	static char bytes[LARGEST];

	memset(bytes, content, size);
	return bytes;
}

static int put(struct kipc_channel *channel, size_t size, char content)
{
	return kipc_send(channel, 1, message(size, content), size, KIPC_NOW);
}

/* The next message has that size and content. */
static void expect(struct kipc_channel *channel, size_t size, char content)
{
	static char got[LARGEST];

	assert_int_equal(kipc_recv(channel, got, sizeof got, 0, 0, KIPC_NOW, NULL), size);
	assert_memory_equal(got, message(size, content), size);
}

static void expect_sound(struct bench *bench, uint64_t messages)
{
	struct kipc_ring ring;

	assert_int_equal(kipc_ring_stat(bench->rich, &ring), 0);
	assert_int_equal(ring.fault, KIPC_RING_SOUND);
	assert_int_equal(ring.messages, messages);
	assert_int_equal(ring.producer_lock, 0);
	assert_int_equal(ring.consumer_lock, 0);
	assert_int_equal(ring.producer_claim, 0);
	assert_int_equal(ring.consumer_claim, 0);
}

static void message_without_memory_is_not_sent(void **state)
{
	struct bench *bench = *state;
	void *data;

	take_memory(bench, 1, PAGES - 1);
	assert_int_equal(put(bench->poor, 5000, 'a'), -ENOBUFS);
	assert_int_equal(kipc_reserve(bench->poor, 5000, KIPC_NOW, &data), -ENOBUFS);
	expect_sound(bench, 0);
	/* A message that lies in the first page, which exists, is sent. */
	assert_int_equal(put(bench->poor, 3000, 'b'), 0);
	assert_int_equal(put(bench->poor, 3000, 'c'), -ENOBUFS);
	assert_int_equal(kipc_send(bench->poor, 1, message(3000, 'c'), 3000, 50000), -ENOBUFS);
	expect_sound(bench, 1);
	give_memory(bench);
	assert_int_equal(put(bench->poor, 3000, 'c'), 0);
	expect(bench->poor, 3000, 'b');
	expect(bench->poor, 3000, 'c');
	expect_sound(bench, 0);
}

static void message_without_memory_stays(void **state)
{
	struct bench *bench = *state;
	static char buffer[LARGEST];
	const void *data;
	size_t size;

	assert_int_equal(put(bench->rich, 3000, 'a'), 0);
	assert_int_equal(put(bench->rich, 5000, 'b'), 0);
	take_memory(bench, 1, PAGES - 1);
	expect(bench->poor, 3000, 'a');
	/* The header of the second exists. */
	assert_int_equal(kipc_recv(bench->poor, buffer, sizeof buffer, 0, 0, KIPC_NOW, NULL), -ENOBUFS);
	assert_int_equal(kipc_recv(bench->poor, buffer, sizeof buffer, 0, 0, KIPC_FOREVER, NULL), -ENOBUFS);
	assert_int_equal(kipc_peek(bench->poor, buffer, sizeof buffer, 0, NULL), -ENOBUFS);
	assert_int_equal(kipc_acquire(bench->poor, KIPC_NOW, &data, NULL), -ENOBUFS);
	assert_int_equal(kipc_wait(bench->poor, 0, 0, KIPC_NOW), -ENOBUFS);
	assert_int_equal(kipc_next_size(bench->poor, &size), 0);
	assert_int_equal(size, 5000);
	expect_sound(bench, 1);
	give_memory(bench);
	expect(bench->poor, 5000, 'b');
}

static void header_without_memory_is_not_read(void **state)
{
	struct bench *bench = *state;
	static char buffer[LARGEST];
	size_t size;

	assert_int_equal(put(bench->rich, PAGE - RING_UNIT, 'a'), 0);
	assert_int_equal(put(bench->rich, 10, 'b'), 0);
	take_memory(bench, 1, PAGES - 1);
	assert_int_equal(kipc_peek(bench->poor, buffer, sizeof buffer, 1, NULL), -ENOBUFS);
	expect(bench->poor, PAGE - RING_UNIT, 'a');
	assert_int_equal(kipc_next_size(bench->poor, &size), -ENOBUFS);
	assert_int_equal(kipc_recv(bench->poor, buffer, sizeof buffer, 0, 0, KIPC_NOW, NULL), -ENOBUFS);
	assert_int_equal(kipc_wait(bench->poor, 0, 0, KIPC_NOW), -ENOBUFS);
	expect_sound(bench, 1);
}

static void batch_ends_where_memory_does(void **state)
{
	struct kipc_message messages[4];
	struct bench *bench = *state;
	static char buffer[LARGEST];

	for (size_t i = 0; i < 4; i++)
		messages[i] = (struct kipc_message){ .type = 1, .data = message(1500, 'a'), .size = 1500 };
	take_memory(bench, 1, PAGES - 1);
	assert_int_equal(kipc_send_batch(bench->poor, messages, 4, KIPC_NOW), 2);
	assert_int_equal(kipc_send_batch(bench->poor, messages, 4, KIPC_NOW), -ENOBUFS);
	assert_int_equal(kipc_send_batch(bench->rich, messages, 4, KIPC_NOW), 4);
	expect_sound(bench, 6);
	assert_int_equal(kipc_recv_batch(bench->poor, buffer, sizeof buffer, messages, 4, KIPC_NOW), 2);
	assert_int_equal(kipc_recv_batch(bench->poor, buffer, sizeof buffer, messages, 4, KIPC_NOW),
			 -ENOBUFS);
	expect_sound(bench, 4);
	give_memory(bench);
	assert_int_equal(kipc_recv_batch(bench->poor, buffer, sizeof buffer, messages, 4, KIPC_NOW), 4);
}

/* A batch appears in one instant, even if its pages are new to the handle. */
static void batch_over_new_pages_is_whole(void **state)
{
	struct kipc_message messages[12];
	struct bench *bench = *state;
	static char buffer[12 * 4096];

	for (size_t i = 0; i < 12; i++)
		messages[i] = (struct kipc_message){ .type = 1, .data = message(4000, 'a'), .size = 4000 };
	assert_int_equal(kipc_send_batch(bench->poor, messages, 12, KIPC_NOW), 12);
	assert_int_equal(kipc_recv_batch(bench->rich, buffer, sizeof buffer, messages, 12, KIPC_NOW), 12);
	expect_sound(bench, 0);
}

static void padding_without_memory(void **state)
{
	struct bench *bench = *state;
	static char buffer[LARGEST];

	/* Both sides stand at the beginning of the last page, which the poor handle has not asked for. */
	for (size_t i = 0; i < PAGES - 1; i++) {
		assert_int_equal(put(bench->rich, PAGE - RING_UNIT, 'a'), 0);
		expect(bench->rich, PAGE - RING_UNIT, 'a');
	}
	take_memory(bench, PAGES - 1, 1);
	assert_int_equal(put(bench->poor, 5000, 'b'), -ENOBUFS);
	expect_sound(bench, 0);
	assert_int_equal(put(bench->rich, 5000, 'b'), 0);
	assert_int_equal(kipc_recv(bench->poor, buffer, sizeof buffer, 0, 0, KIPC_NOW, NULL), -ENOBUFS);
	assert_int_equal(kipc_peek(bench->poor, buffer, sizeof buffer, 0, NULL), -ENOBUFS);
	give_memory(bench);
	/* Now the padding can be read, but not the record behind it. */
	take_memory(bench, 0, 2);
	assert_int_equal(kipc_recv(bench->poor, buffer, sizeof buffer, 0, 0, KIPC_NOW, NULL), -ENOBUFS);
	assert_int_equal(kipc_peek(bench->poor, buffer, sizeof buffer, 0, NULL), -ENOBUFS);
	give_memory(bench);
	expect(bench->poor, 5000, 'b');
	expect_sound(bench, 0);
}

static size_t resident(int id, size_t size)
{
	static unsigned char pages[(1 << 28) / PAGE];
	void *address = shmat(id, NULL, SHM_RDONLY);
	size_t n = 0;

	assert_ptr_not_equal(address, (void *)-1);
	assert_int_equal(mincore(address, size, pages), 0);
	for (size_t i = 0; i < size / PAGE; i++)
		n += pages[i] & 1;
	shmdt(address);
	return n;
}

/* Attaching and checking a large ring leaves it as sparse as it was. */
static void unused_pages_stay_missing(void **state)
{
	const size_t large = (size_t)1 << 28;
	struct kipc_channel *channel;
	char address[32], byte;
	size_t size;
	int id;

	(void)state;
	id = shmget(IPC_PRIVATE, large, 0600 | SHM_NORESERVE);
	assert_true(id >= 0);
	snprintf(address, sizeof address, "segment:@%d", id);
	assert_int_equal(kipc_ring_format(id, 0), 0);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &channel), 0);
	assert_int_equal(kipc_next_size(channel, &size), -ENOMSG);
	assert_int_equal(kipc_recv(channel, &byte, 1, 0, 0, KIPC_NOW, NULL), -ENOMSG);
	assert_int_equal(resident(id, large), 1);
	assert_int_equal(kipc_send(channel, 1, "x", 1, KIPC_NOW), 0);
	assert_int_equal(kipc_recv(channel, &byte, 1, 0, 0, KIPC_NOW, NULL), 1);
	assert_in_range(resident(id, large), 2, 1 + 16);
	kipc_close(channel);
	shmctl(id, IPC_RMID, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(message_without_memory_is_not_sent),    TEST(message_without_memory_stays),
		TEST(header_without_memory_is_not_read),     TEST(batch_ends_where_memory_does),
		TEST(batch_over_new_pages_is_whole),	     TEST(padding_without_memory),
		cmocka_unit_test(unused_pages_stay_missing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
