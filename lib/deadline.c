/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Limits msgsnd(2) and msgrcv(2), which have no timeout. The alternatives were a helper thread, which would
 * receive in the name of another thread, and polling, which wakes for nothing. If a timer's signal interrupts
 * this very thread, the kernel returns either the message or EINTR, so no message is lost.
 *
 * The handler is empty: the clock tells whether the wait is over. So a signal from elsewhere ends the wait as
 * any signal does, and a late one does no harm. kipc.h describes at kipc_recv() what the timer does to the
 * process.
 */

#include "lib/deadline.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/monotonic.h"

#define REPEAT_NSEC 5000000 /* how late a wait may end if the first signal arrives just before the call */

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void nothing(int signal)
{
}

/*
 * The highest real-time signal that is ours already, or still has its default action. Two threads find the
 * same one.
 */
static int take_signal(void)
{
	const struct sigaction ours = { .sa_handler = nothing };
	struct sigaction now;

	for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--) {
		if (sigaction(signal, NULL, &now) < 0)
			continue;
		if (now.sa_handler == nothing)
			return signal;
		if (now.sa_handler == SIG_DFL)
			return sigaction(signal, &ours, NULL) < 0 ? -errno : signal;
	}
	return -EBUSY;
}

void deadline_init(struct deadline *deadline, int64_t timeout)
{
	deadline->is_armed = false;
	deadline->end = monotonic_in(timeout);
}

int deadline_arm(struct deadline *deadline)
{
	struct itimerspec times = { .it_value = deadline->end, .it_interval.tv_nsec = REPEAT_NSEC };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID };
	int signal = take_signal();
	sigset_t unblock;

	if (signal < 0)
		return signal;
	event.sigev_signo = signal;
	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, &deadline->timer) < 0)
		return -errno;
	sigemptyset(&unblock);
	sigaddset(&unblock, signal);
	pthread_sigmask(SIG_UNBLOCK, &unblock, &deadline->old_mask);
	timer_settime(deadline->timer, TIMER_ABSTIME, &times, NULL);
	deadline->is_armed = true;
	return 0;
}

struct timespec deadline_left(const struct deadline *deadline)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = deadline->end.tv_sec - now.tv_sec;
	left.tv_nsec = deadline->end.tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? (struct timespec){ 0 } : left;
}

bool deadline_is_over(const struct deadline *deadline)
{
	struct timespec left = deadline_left(deadline);

	return left.tv_sec == 0 && left.tv_nsec == 0;
}

void deadline_done(struct deadline *deadline)
{
	int saved = errno;

	if (deadline->is_armed) {
		/* A signal that was already sent arrives when this call returns, while it is still unblocked. */
		timer_delete(deadline->timer);
		pthread_sigmask(SIG_SETMASK, &deadline->old_mask, NULL);
		deadline->is_armed = false;
	}
	errno = saved;
}
