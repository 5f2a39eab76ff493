/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of limits, and how each is counted. */

#include "client/facts/kernel-limits.h"

#include <string.h>
#include <unistd.h>

#define IDS_MAX 32000 /* a round number below IPCMNI of ipc/util.h, 32768 */

/* -- what channels need ------------------------------------------------------------------------------------------ */

static uint64_t add_one(uint64_t sum, uint64_t need)
{
	(void)need;
	return sum + 1;
}

static uint64_t take_largest(uint64_t sum, uint64_t need)
{
	return need > sum ? need : sum;
}

static uint64_t add_need(uint64_t sum, uint64_t need)
{
	return sum + need;
}

static uint64_t pages_of(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return bytes / page + (bytes % page != 0);
}

static uint64_t add_pages(uint64_t sum, uint64_t need)
{
	return sum + pages_of(need);
}

/* -- what objects use -------------------------------------------------------------------------------------------- */

static uint64_t count_one(const struct kipc_object *object)
{
	(void)object;
	return 1;
}

static uint64_t count_pages(const struct kipc_object *segment)
{
	return pages_of(segment->segment.size);
}

static uint64_t count_semaphores(const struct kipc_object *set)
{
	return set->semaphore.semaphores;
}

#define NONE KERNEL_LIMIT_NONE
#define AT(member) offsetof(struct kipc_limits, member)
#define GROUP(member) .group = offsetof(struct group_sum, member)

/* clang-format off */
const struct kernel_limit kernel_limits[] = {
	{ "msgmni", "kernel.msgmni", "queues", VALUE_NUMBER, AT(msgmni), AT(queues),
	  KIPC_QUEUE, add_one, count_one, GROUP(queues), .most = IDS_MAX },
	{ "msgmnb", "kernel.msgmnb", "bytes in a queue", VALUE_SIZE, AT(msgmnb), NONE,
	  KIPC_QUEUE, take_largest },
	{ "msgmax", "kernel.msgmax", "bytes in a message", VALUE_SIZE, AT(msgmax), NONE },
	{ "messages", NULL, "messages in all queues", VALUE_NUMBER, NONE, AT(messages), GROUP(messages) },
	{ "message_bytes", NULL, "bytes in all queues", VALUE_SIZE, NONE, AT(message_bytes), GROUP(bytes) },
	{ "shmmni", "kernel.shmmni", "segments", VALUE_NUMBER, AT(shmmni), AT(segments),
	  KIPC_SEGMENT, add_one, count_one, GROUP(segments), .most = IDS_MAX },
	{ "shmmax", "kernel.shmmax", "bytes in a segment", VALUE_SIZE, AT(shmmax), NONE,
	  KIPC_SEGMENT, take_largest },
	{ "shmmin", NULL, "bytes in the smallest segment", VALUE_SIZE, AT(shmmin), NONE },
	{ "shmall", "kernel.shmall", "pages in all segments", VALUE_NUMBER, AT(shmall), AT(segment_pages),
	  KIPC_SEGMENT, add_pages, count_pages, GROUP(pages), .most = UINT64_MAX / 4096 },
	{ "resident", NULL, "of these in memory", VALUE_NUMBER, NONE, AT(segment_pages_resident) },
	{ "swapped", NULL, "of these swapped out", VALUE_NUMBER, NONE, AT(segment_pages_swapped) },
	{ "semmni", "kernel.sem (4th)", "semaphore sets", VALUE_NUMBER, AT(semmni), AT(semaphore_sets),
	  KIPC_SEMAPHORE, add_one, count_one, GROUP(semaphore_sets), .most = IDS_MAX },
	{ "semmns", "kernel.sem (2nd)", "semaphores in all sets", VALUE_NUMBER, AT(semmns), AT(semaphores),
	  KIPC_SEMAPHORE, add_need, count_semaphores, GROUP(semaphores), .most = INT32_MAX },
	{ "semmsl", "kernel.sem (1st)", "semaphores in a set", VALUE_NUMBER, AT(semmsl), NONE,
	  KIPC_SEMAPHORE, take_largest },
	{ "semopm", "kernel.sem (3rd)", "operations per call", VALUE_NUMBER, AT(semopm), NONE },
	{ "semvmx", NULL, "highest value of a semaphore", VALUE_NUMBER, AT(semvmx), NONE },
};
/* clang-format on */
const size_t n_kernel_limits = sizeof kernel_limits / sizeof *kernel_limits;

uint64_t kernel_limit_figure(const struct kipc_limits *figures, size_t offset)
{
	uint64_t figure = 0;

	if (offset != NONE)
		memcpy(&figure, (const char *)figures + offset, sizeof figure);
	return figure;
}

uint64_t kernel_limit_percent(uint64_t used, uint64_t limit)
{
	return limit == 0 ? 100 : (uint64_t)((double)used * 100 / (double)limit);
}

bool kernel_limit_is_used_up(const struct kernel_limit *limit)
{
	return limit->limit != NONE && limit->used != NONE;
}
