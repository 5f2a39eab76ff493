/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Threads, each of which waits in one system call; called by waiting.c. The kernel has no other way to learn of a message
 * without receiving it or polling. A thread allocates nothing, logs nothing and uses only its struct: the main thread reads
 * the result after it has joined the thread.
 *
 * A signal makes the system call fail, but has no effect if it comes just before the call. So it is sent until the thread
 * says that it is done.
 */

#include "daemon/run/queue-wait.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include "common/clock.h"
#include "daemon/channel/kernel.h"

#define WAKE_SIGNAL SIGURG /* ignored by default, so that a stray one changes nothing */
#define STACK_SIZE ((size_t)64 * 1024)
#define NAP_NSEC 200000
#define PUT_BACK_USEC (5 * USEC_PER_SEC) /* how long a message in hand may delay the end */

struct queue_wait {
	pthread_t thread;
	int queue_id, event_fd;
	atomic_bool is_unwanted;       /* set by the main thread */
	atomic_bool is_done;	       /* set by the thread when it only has to notify and return */
	enum queue_wait_result result; /* the thread's, until it is joined */
};

static void nap(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = NAP_NSEC }, NULL);
}

/*
 * The message is not ours to lose. Until the wait is stopped, this blocks until there is room for it. A removal behind a
 * fence takes the rights away for a moment, so EACCES is tried again, too.
 */
static enum queue_wait_result put_back(struct queue_wait *wait, long type)
{
	uint64_t give_up = 0;
	int r;

	while ((r = kernel_put_back(wait->queue_id, type)) < 0) {
		if (r == -EIDRM)
			return QUEUE_WAIT_NOTHING; /* the queue is gone with all its messages */
		if (r == -EINTR && !atomic_load_explicit(&wait->is_unwanted, memory_order_relaxed))
			continue;
		if (give_up == 0)
			give_up = clock_usec(CLOCK_MONOTONIC) + PUT_BACK_USEC;
		else if (clock_usec(CLOCK_MONOTONIC) > give_up)
			return QUEUE_WAIT_LOST_MESSAGE;
		nap();
	}
	return QUEUE_WAIT_EMPTY_MESSAGE;
}

static void *run(void *userdata)
{
	struct queue_wait *wait = userdata;
	long type;
	int r = -EINTR;

	(void)prctl(PR_SET_NAME, "kipcd-wait"); /* for ps -L and top -H */
	while (r == -EINTR && !atomic_load_explicit(&wait->is_unwanted, memory_order_relaxed))
		r = kernel_await_message(wait->queue_id, &type);
	if (r > 0)
		wait->result = put_back(wait, type);
	else
		wait->result = r == 0 ? QUEUE_WAIT_MESSAGE : QUEUE_WAIT_NOTHING;
	/* This orders nothing: the result is read after a join. */
	atomic_store_explicit(&wait->is_done, true, memory_order_relaxed);
	(void)eventfd_write(wait->event_fd, 1);
	return NULL;
}

static void on_wake(int signal)
{
}

/* An empty handler makes the call fail. No SA_RESTART, which IPC calls ignore anyway. */
static int catch_signal(void)
{
	struct sigaction action = { .sa_handler = on_wake };

	sigemptyset(&action.sa_mask);
	return sigaction(WAKE_SIGNAL, &action, NULL) < 0 ? -errno : 0;
}

/* A thread inherits the mask: it gets none of kipcd's signals, and the main thread never gets the thread's. */
static int start_thread(struct queue_wait *wait)
{
	pthread_attr_t attributes;
	sigset_t mask, before;
	int r;

	r = pthread_attr_init(&attributes);
	if (r != 0)
		return -r;
	/* Where that is too small, the default is used. */
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&mask);
	sigdelset(&mask, WAKE_SIGNAL);
	(void)pthread_sigmask(SIG_SETMASK, &mask, &before);
	r = pthread_create(&wait->thread, &attributes, run, wait);
	sigaddset(&before, WAKE_SIGNAL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}

int queue_wait_new(int queue_id, int event_fd, struct queue_wait **ret_wait)
{
	struct queue_wait *wait;
	int r;

	r = catch_signal();
	if (r < 0)
		return r;
	wait = calloc(1, sizeof *wait);
	if (wait == NULL)
		return -ENOMEM;
	wait->queue_id = queue_id;
	wait->event_fd = event_fd;
	r = start_thread(wait);
	if (r < 0) {
		free(wait);
		return r;
	}
	*ret_wait = wait;
	return 0;
}

bool queue_wait_is_done(const struct queue_wait *wait)
{
	return atomic_load_explicit(&wait->is_done, memory_order_relaxed);
}

void queue_wait_stop(struct queue_wait *wait)
{
	atomic_store_explicit(&wait->is_unwanted, true, memory_order_relaxed);
	if (!queue_wait_is_done(wait))
		(void)pthread_kill(wait->thread, WAKE_SIGNAL);
}

struct queue_wait *queue_wait_free(struct queue_wait *wait, enum queue_wait_result *ret_result)
{
	while (!queue_wait_is_done(wait)) {
		queue_wait_stop(wait);
		nap();
	}
	(void)pthread_join(wait->thread, NULL);
	*ret_result = wait->result;
	free(wait);
	return NULL;
}
