/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reads /proc/PID/task/TID/syscall and the memory that its arguments point to, so that doctor can tell a reader that polls from one
 * that is busy. The calls of 32-bit programs on a 64-bit machine are not decoded: such programs do not count as polling.
 */

#include "client/facts/nap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "client/base/process.h"
#include "common/clock.h"

/* How a call gives the length of its sleep. */
enum form {
	MILLISECONDS,  /* an int; below 0: forever */
	TIMESPEC,      /* a pointer to one; NULL: forever */
	TIMEVAL,       /* the same */
	CLOCK_TIMESPEC /* clock_nanosleep: relative only without TIMER_ABSTIME in the second argument */
};

static const struct {
	long number;
	int argument;
	enum form form;
} calls[] = {
#ifdef SYS_nanosleep
	{ SYS_nanosleep, 0, TIMESPEC },
#endif
#ifdef SYS_clock_nanosleep
	{ SYS_clock_nanosleep, 2, CLOCK_TIMESPEC },
#endif
#ifdef SYS_poll
	{ SYS_poll, 2, MILLISECONDS },
#endif
#ifdef SYS_ppoll
	{ SYS_ppoll, 2, TIMESPEC },
#endif
#ifdef SYS_select
	{ SYS_select, 4, TIMEVAL },
#endif
#ifdef SYS_pselect6
	{ SYS_pselect6, 4, TIMESPEC },
#endif
#ifdef SYS_epoll_wait
	{ SYS_epoll_wait, 3, MILLISECONDS },
#endif
#ifdef SYS_epoll_pwait
	{ SYS_epoll_pwait, 3, MILLISECONDS },
#endif
};

/* Seconds, and a fraction in units of 1 / per_second. */
static bool read_time(pid_t tid, uint64_t address, uint64_t per_second, uint64_t *ret_usec)
{
	int64_t time[2];
	struct iovec ours = { time, sizeof time }, theirs = { (void *)(uintptr_t)address, sizeof time };

	if (sizeof(long) != sizeof(int64_t) || address == 0 ||
	    process_vm_readv(tid, &ours, 1, &theirs, 1, 0) != sizeof time || time[0] < 0 || time[1] < 0 ||
	    time[0] > INT32_MAX || (uint64_t)time[1] >= per_second)
		return false;
	*ret_usec = (uint64_t)time[0] * USEC_PER_SEC + (uint64_t)time[1] * USEC_PER_SEC / per_second;
	return true;
}

static bool read_span(pid_t tid, enum form form, const uint64_t *arguments, int argument, uint64_t *ret_usec)
{
	uint64_t value = arguments[argument];

	switch (form) {
	case MILLISECONDS:
		*ret_usec = value * 1000;
		return (int)value >= 0;
	case TIMESPEC:
		return read_time(tid, value, 1000 * USEC_PER_SEC, ret_usec);
	case TIMEVAL:
		return read_time(tid, value, USEC_PER_SEC, ret_usec);
	case CLOCK_TIMESPEC:
		return (arguments[1] & TIMER_ABSTIME) == 0 &&
		       read_time(tid, value, 1000 * USEC_PER_SEC, ret_usec);
	}
	return false;
}

/* "NUMBER 0x… 0x… 0x… 0x… 0x… 0x… SP PC" */
static bool nap_of_thread(int task_fd, const char *name, uint64_t *ret_usec)
{
	unsigned long long arguments[6];
	uint64_t copy[6];
	char path[32], line[256];
	long number;
	pid_t tid;

	if (!process_id_from_string(name, &tid))
		return false;
	snprintf(path, sizeof path, "%d/syscall", (int)tid);
	if (process_read(task_fd, path, line, sizeof line) <= 0 ||
	    sscanf(line, "%ld %llx %llx %llx %llx %llx %llx", &number, &arguments[0], &arguments[1],
		   &arguments[2], &arguments[3], &arguments[4], &arguments[5]) != 7)
		return false;
	for (size_t i = 0; i < 6; i++)
		copy[i] = arguments[i];
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == number)
			return read_span(tid, calls[i].form, copy, calls[i].argument, ret_usec);
	return false;
}

bool nap_of_process(pid_t pid, uint64_t *ret_usec)
{
	int process_fd = process_open(pid);
	int task_fd = process_fd < 0 ? -1 : openat(process_fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = task_fd < 0 ? NULL : fdopendir(task_fd);
	uint64_t shortest = UINT64_MAX, usec;
	struct dirent *entry;

	if (process_fd >= 0)
		close(process_fd);
	if (folder == NULL) {
		if (task_fd >= 0)
			close(task_fd);
		return false;
	}
	while ((entry = readdir(folder)) != NULL)
		if (nap_of_thread(dirfd(folder), entry->d_name, &usec) && usec < shortest)
			shortest = usec;
	closedir(folder);
	*ret_usec = shortest;
	return shortest != UINT64_MAX;
}
