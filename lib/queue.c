/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Messages of a System V queue: send, receive, peek, wait. A thin layer over msgsnd(2) and msgrcv(2) that
 * takes care of their traps: msgsnd blocks for ever on a message that can never fit; msgrcv destroys a
 * message if the buffer's address is bad, so it gets a buffer of our own; ids of removed objects are
 * replaced.
 *
 * Both calls are cancellation points, since a thread that waits for ever can be ended in no other way. A
 * cancelled thread frees its timer and its memory. Nothing else here is a cancellation point, so a message
 * that was taken is always handed over.
 */

#include "lib/queue.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "lib/base/copy-small.h"
#include "lib/base/uncancelled.h"
#include "lib/deadline.h"

#ifndef MSG_COPY /* musl does not declare it */
#define MSG_COPY 040000
#endif

/* The default kernel.msgmax; larger messages go through the heap. */
#define STACK_BODY 8192

struct message {
	long type;
	char body[STACK_BODY];
};

/*
 * A buffer for the type and a body of `size` bytes: `on_stack` if the body fits, otherwise from the heap.
 * NULL: no memory.
 */
static struct message *message_for(size_t size, struct message *on_stack)
{
	return size <= sizeof on_stack->body ? on_stack : malloc(offsetof(struct message, body) + size);
}

/* A call of msgsnd() or msgrcv(). */
struct call {
	bool is_send;
	int id;
	struct message *message;
	struct message *on_heap; /* the message if it is on the heap, or NULL */
	size_t size;
	long type;
	int flags;
};

/* The result, or a negative errno. */
static ssize_t call_once(const struct call *call, int more_flags)
{
	ssize_t r;

	if (call->is_send)
		r = msgsnd(call->id, call->message, call->size, call->flags | more_flags);
	else
		r = msgrcv(call->id, call->message, call->size, call->type, call->flags | more_flags);
	return r < 0 ? -errno : r;
}

static bool is_not_now(ssize_t r)
{
	return r == -EAGAIN || r == -ENOMSG;
}

/* Tries without waiting, and then waits until the deadline's timer interrupts it. */
static ssize_t call_timed(const struct call *call, struct deadline *deadline)
{
	ssize_t r = call_once(call, IPC_NOWAIT);

	if (!is_not_now(r))
		return r;
	if (!deadline->is_armed) {
		int armed = deadline_arm(deadline);

		if (armed < 0)
			return armed;
	}
	if (deadline_is_over(deadline))
		return -ETIMEDOUT;
	r = call_once(call, 0);
	return r == -EINTR && deadline_is_over(deadline) ? -ETIMEDOUT : r;
}

static ssize_t call_with_timeout(const struct call *call, int64_t timeout, struct deadline *deadline)
{
	if (timeout == KIPC_NOW)
		return call_once(call, IPC_NOWAIT);
	if (timeout < 0)
		return call_once(call, 0);
	return call_timed(call, deadline);
}

/*
 * After EINVAL from a call whose arguments are right: the object was removed. Takes the id of the new one.
 * Errors of channel_refresh().
 */
static int revive(struct kipc_channel *channel, struct call *call)
{
	int r = channel_refresh(channel, call->id);

	if (r < 0)
		return r;
	call->id = kipc_channel_id(channel);
	/* The new queue may be smaller, and msgsnd would block on it for ever. */
	if (call->is_send && call->size > atomic_load_explicit(&channel->capacity, memory_order_relaxed))
		return -EMSGSIZE;
	return 0;
}

/* What a thread frees that is cancelled while it waits. */
struct held {
	struct deadline deadline;
	struct message *on_heap;
};

static void give_back(void *argument)
{
	struct held *held = argument;

	deadline_done(&held->deadline);
	free(held->on_heap);
}

static ssize_t call_or_revive(struct kipc_channel *channel, struct call *call, int64_t timeout,
			      struct deadline *deadline)
{
	ssize_t r = call_with_timeout(call, timeout, deadline);

	if (r == -EINVAL) {
		r = revive(channel, call);
		if (r == 0)
			r = call_with_timeout(call, timeout, deadline);
		if (r == -EINVAL)
			r = -EIDRM;
	}
	return r;
}

static ssize_t call_queue(struct kipc_channel *channel, struct call *call, int64_t timeout)
{
	struct held held;
	ssize_t r;

	held.on_heap = call->on_heap;
	held.deadline.is_armed = false; /* the rest is large, and is filled in only for a call that waits */
	if (timeout > 0)
		deadline_init(&held.deadline, timeout);
	pthread_cleanup_push(give_back, &held);
	r = call_or_revive(channel, call, timeout, &held.deadline);
	pthread_cleanup_pop(0);
	deadline_done(&held.deadline);
	return r;
}

/*
 * -EMSGSIZE: under today's limits, a message of that size can never fit. Errors of kipc_stat() and
 * kipc_limits().
 */
static int check_fits(struct kipc_channel *channel, size_t size)
{
	struct kipc_object object;
	struct kipc_limits limits;
	int r;

	r = kipc_limits(&limits);
	if (r == 0 && size > limits.msgmax)
		return -EMSGSIZE;
	if (r == 0)
		r = kipc_stat(channel, &object);
	if (r < 0)
		return r;
	atomic_store_explicit(&channel->capacity, object.queue.capacity, memory_order_relaxed);
	return size > object.queue.capacity ? -EMSGSIZE : 0;
}

/* Whether the error of a first try is final: the id is not dead, and there is no wait still to come. */
static bool is_final(int error, int64_t timeout)
{
	return error != EINVAL && !(timeout > 0 && is_not_now(-error));
}

static int send_with_care(struct kipc_channel *channel, long type, const void *data, size_t size,
			  int64_t timeout)
{
	struct message on_stack, *message;
	struct call call = { .is_send = true, .size = size };
	ssize_t r;

	call.id = kipc_channel_id(channel);
	if (type < 1)
		return -EINVAL;
	if (size > atomic_load_explicit(&channel->capacity, memory_order_relaxed)) {
		r = check_fits(channel, size);
		if (r < 0)
			return (int)r;
		call.id = kipc_channel_id(channel);
	}

	message = message_for(size, &on_stack);
	if (message == NULL)
		return -ENOMEM;
	message->type = type;
	if (size > 0)
		memcpy(message->body, data, size);
	call.message = message;
	call.on_heap = message == &on_stack ? NULL : message;
	r = call_queue(channel, &call, timeout);
	free(call.on_heap);

	/* For a message above kernel.msgmax, the kernel returns EINVAL as well. */
	if (r == -EIDRM && check_fits(channel, size) == -EMSGSIZE)
		return -EMSGSIZE;
	return r < 0 ? (int)r : 0;
}

/* Usually this takes one system call. The rest is for when that fails. */
int queue_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout)
{
	struct message message;

	if (type < 1 || size > sizeof message.body ||
	    size > atomic_load_explicit(&channel->capacity, memory_order_relaxed))
		return send_with_care(channel, type, data, size, timeout);
	message.type = type;
	copy_small(message.body, data, size);
	if (msgsnd(kipc_channel_id(channel), &message, size, timeout < 0 ? 0 : IPC_NOWAIT) == 0)
		return 0;
	return is_final(errno, timeout) ? -errno : send_with_care(channel, type, data, size, timeout);
}

static int receive_flags(unsigned flags)
{
	return flags & KIPC_NOT_TYPE ? MSG_EXCEPT : 0;
}

/* Receives into our own memory and copies from there. `call` is filled in but for the buffer. */
static ssize_t receive(struct kipc_channel *channel, struct call *call, void *buffer, int64_t timeout,
		       long *ret_type)
{
	struct message on_stack, *message;
	ssize_t r;

	message = message_for(call->size, &on_stack);
	if (message == NULL)
		return -ENOMEM;
	call->message = message;
	call->on_heap = message == &on_stack ? NULL : message;
	r = call_queue(channel, call, timeout);
	if (r >= 0) {
		if (r > 0)
			memcpy(buffer, message->body, (size_t)r);
		if (ret_type != NULL)
			*ret_type = message->type;
	}
	free(call->on_heap);
	return r == -E2BIG ? -EMSGSIZE : r;
}

static ssize_t recv_with_care(struct kipc_channel *channel, void *buffer, size_t size, long type,
			      unsigned flags, int64_t timeout, long *ret_type)
{
	struct call call = { .size = size, .type = type, .flags = receive_flags(flags) };

	call.id = kipc_channel_id(channel);
	if (size > INT_MAX)
		call.size = INT_MAX; /* no message is larger (ipc/msg.c) */
	return receive(channel, &call, buffer, timeout, ret_type);
}

ssize_t queue_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		   int64_t timeout, long *ret_type)
{
	struct message message;
	ssize_t r;

	if (size > sizeof message.body)
		return recv_with_care(channel, buffer, size, type, flags, timeout, ret_type);
	r = msgrcv(kipc_channel_id(channel), &message, size, type,
		   receive_flags(flags) | (timeout < 0 ? 0 : IPC_NOWAIT));
	if (r < 0 && errno == E2BIG)
		return -EMSGSIZE;
	if (r < 0)
		return is_final(errno, timeout)
			       ? -errno
			       : recv_with_care(channel, buffer, size, type, flags, timeout, ret_type);
	copy_small(buffer, message.body, (size_t)r);
	if (ret_type != NULL)
		*ret_type = message.type;
	return r;
}

ssize_t queue_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type)
{
	struct call call = { .size = size, .type = position, .flags = MSG_COPY };
	struct kipc_object object;
	ssize_t r;

	call.id = kipc_channel_id(channel);
	if (position < 0)
		return -ENOMSG;
	if (size > INT_MAX)
		call.size = INT_MAX;
	r = receive(channel, &call, buffer, KIPC_NOW, ret_type);
	/* MSG_COPY returns EINVAL for a message above today's kernel.msgmax as well (ipc/msgutil.c, copy_msg). */
	if (r == -EIDRM && kipc_object_stat(KIPC_QUEUE, kipc_channel_id(channel), &object) == 0)
		return -EMSGSIZE;
	return r;
}

int queue_message_bound(struct kipc_channel *channel, size_t *ret_size)
{
	struct kipc_object object;
	struct kipc_limits limits;
	int r;

	r = kipc_limits(&limits);
	if (r >= 0)
		r = kipc_stat(channel, &object);
	if (r < 0)
		return r;
	*ret_size = limits.msgmax > object.queue.bytes ? limits.msgmax : object.queue.bytes;
	return 0;
}

/*
 * A receive with a buffer of no bytes fails with E2BIG as soon as a message is there, and takes nothing
 * (ipc/msg.c). Only a message of no bytes is taken, and then put back; that may have to wait for room, if
 * another program has filled the queue meanwhile.
 */
int queue_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout)
{
	struct message message;
	struct call call = {
		.id = kipc_channel_id(channel),
		.message = &message,
		.type = type,
		.flags = receive_flags(flags),
	};
	int cancellation;
	ssize_t r;

	r = call_queue(channel, &call, timeout);
	if (r == -E2BIG)
		return 0;
	if (r < 0)
		return (int)r;
	cancellation = uncancelled_begin();
	do
		r = queue_send(channel, message.type, NULL, 0, KIPC_FOREVER);
	while (r == -EINTR);
	uncancelled_end(cancellation);
	return (int)r;
}
