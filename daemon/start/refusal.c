/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * systemd starts kipcd for every client that connects to its socket or calls it on the bus, so any user can cause starts
 * that are refused each time. At systemd's start limit, the start after the correction would be refused, too. So
 * kipcd.service has no limit, and this file slows starts down: one that follows a refused one takes two seconds. During
 * that time each caller makes kipcd read the configuration again, a few times a second at most. If it has been corrected,
 * the caller is served; otherwise it is sent away.
 */

#include "daemon/start/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "daemon/channel/store.h"

#define PAUSE_MSEC 2000
#define LOOK_MSEC 250 /* between two looks at the configuration */
#define NEW_NAME BUS_REFUSED_NAME ".new"

static int64_t now_msec(clockid_t clock)
{
	return (int64_t)(clock_usec(clock) / 1000);
}

/* If the clock was set back, the last refusal does not count. */
static bool is_recent(const struct runtime *runtime)
{
	struct stat status;
	int64_t age;

	if (fstatat(runtime->fd, BUS_REFUSED_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	age = now_msec(CLOCK_REALTIME) -
	      ((int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000);
	return age >= 0 && age < PAUSE_MSEC;
}

static void write_note(const struct runtime *runtime, const char *text, size_t n)
{
	FILE *file;
	int r;

	if (store_open_new(runtime->fd, NEW_NAME, 0644, &file) < 0)
		return;
	r = fwrite(text, 1, n, file) == n ? 0 : -errno;
	(void)store_finish_new(runtime->fd, NEW_NAME, file, r, BUS_REFUSED_NAME);
}

bool refusal_note(const struct runtime *runtime, const struct problems *problems, const char *reason)
{
	char *text = problems->n_mistakes > 0 ? problems_to_string(problems, false) : NULL;
	const char *said = text != NULL ? text : reason;
	bool was_recent = is_recent(runtime);

	write_note(runtime, said, strcspn(said, "\n"));
	free(text);
	return was_recent;
}

void refusal_clear(const struct runtime *runtime)
{
	(void)unlinkat(runtime->fd, BUS_REFUSED_NAME, 0);
}

static bool send_away_all(int fd)
{
	bool was_any = false;
	int connection;

	for (int i = 0; fd >= 0 && i < SOMAXCONN; i++) {
		connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (connection < 0)
			break;
		close(connection);
		was_any = true;
	}
	return was_any;
}

/* Until a client connects to `fd`, or until `end`. A stop signal is not delayed. */
static void wait_until(int64_t end, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int64_t left = end - now_msec(CLOCK_MONOTONIC);
	struct timespec time = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
	sigset_t none;

	sigemptyset(&none);
	if (left > 0)
		(void)ppoll(&poll_fd, 1, &time, &none);
}

bool refusal_wait(struct refusal *refusal, int fd)
{
	bool was_any = send_away_all(fd);
	int64_t now = now_msec(CLOCK_MONOTONIC), look;

	if (refusal->is_over || (refusal->end == 0 && !was_any && !refusal->is_again))
		return false;
	if (refusal->end == 0)
		refusal->end = now + PAUSE_MSEC;
	look = MIN(now + LOOK_MSEC, refusal->end);
	wait_until(refusal->end, fd);
	wait_until(look, -1);
	refusal->is_over = now_msec(CLOCK_MONOTONIC) >= refusal->end;
	return true;
}
