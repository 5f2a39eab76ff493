/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Boost.Interprocess message_queue: a heap in shared memory with one mutex and two condition variables. */

#include <boost/interprocess/ipc/message_queue.hpp>
#include <string>
#include <unistd.h>

extern "C" {
#define _Static_assert static_assert
#include "bench/contest.h"
}

using boost::interprocess::message_queue;

static message_queue *queue;
static std::string name;

static bool make(size_t size)
{
	name = "kipc-contest." + std::to_string(getpid());
	message_queue::remove(name.c_str());
	queue = new message_queue(boost::interprocess::create_only, name.c_str(),
				  size > 8192 ? 64
				  : size > 64 ? 1024
					      : 8192,
				  size);
	return true;
}

static void unmake()
{
	delete queue;
	message_queue::remove(name.c_str());
}

static size_t send_one(const char *data, size_t size, size_t)
{
	queue->send(data, size, 0);
	return 1;
}

static size_t recv_one(const char **ret_data, size_t *ret_stride, size_t size)
{
	message_queue::size_type got;
	unsigned priority;

	queue->receive(contest_buffer, size, got, priority);
	*ret_data = contest_buffer;
	*ret_stride = size;
	return 1;
}

extern "C" const struct contestant contest_boost = {
	"Boost message_queue", 1, make, unmake, nullptr, nullptr, send_one, recv_one, nullptr,
};
