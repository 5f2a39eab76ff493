/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading /proc: one file at a time, with system calls that are no cancellation points. */

#include "lib/ring/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAT_SIZE 1024
#define MAPS_SIZE 8192
#define NSEC_PER_SEC 1000000000

/* proc(5): fields of /proc/PID/stat, counted from the state, which is the third. */
#define THREADS_BEHIND_STATE 17
#define START_BEHIND_STATE 19

static int open_proc(const char *pid, const char *file)
{
	char path[48];

	snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
	/* Here and below, system calls, because the functions of libc are cancellation points. */
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
}

/* Reads a whole small file as text. */
static int read_proc(const char *pid, const char *file, char *text, size_t size)
{
	size_t at = 0;
	ssize_t n = 0;
	int fd, r = 0;

	fd = open_proc(pid, file);
	if (fd < 0)
		return -errno;
	while (at < size - 1 && (n = syscall(SYS_read, fd, text + at, size - 1 - at)) > 0)
		at += (size_t)n;
	if (n < 0)
		r = -errno;
	syscall(SYS_close, fd);
	text[at] = '\0';
	return r;
}

/* Field n of a line, counted from `at`. NULL: the line has fewer. */
static const char *field(const char *at, unsigned n)
{
	for (; n > 0; n--) {
		at = strchr(at, ' ');
		if (at == NULL)
			return NULL;
		at++;
	}
	return at;
}

int ring_proc_read(const char *pid, struct ring_proc *ret_process)
{
	const char *at, *threads, *started;
	char text[STAT_SIZE];
	int r;

	r = read_proc(pid, "stat", text, sizeof text);
	if (r < 0)
		return r;
	at = strrchr(text, ')'); /* the command's name may contain anything */
	if (at == NULL || at[1] != ' ')
		return -EBADMSG;
	threads = field(at + 2, THREADS_BEHIND_STATE);
	started = field(at + 2, START_BEHIND_STATE);
	if (threads == NULL || started == NULL)
		return -EBADMSG;
	ret_process->state = at[2];
	ret_process->threads = strtoul(threads, NULL, 10);
	ret_process->started = strtoull(started, NULL, 10);
	return 0;
}

bool ring_proc_is_ours(void)
{
	char text[4096], *at, *end;

	if (read_proc("self", "status", text, sizeof text) < 0)
		return false;
	/*
	 * Our numbers in the namespace that /proc shows and in each below it, down to our own: just one if it
	 * shows our own.
	 */
	at = strstr(text, "\nNSpid:");
	if (at == NULL)
		return false;
	return strtol(at + strlen("\nNSpid:"), &end, 10) == getpid() && *end == '\n';
}

bool ring_proc_time_offset(int64_t *ret_ticks)
{
	char ours[64], of_children[64], text[256], *at;
	ssize_t n = readlink("/proc/self/ns/time", ours, sizeof ours);
	long long seconds, nanoseconds;

	*ret_ticks = 0;
	if (n < 0)
		return errno == ENOENT; /* a kernel without time namespaces */
	/* timens_offsets is about the namespace of our children. */
	if (readlink("/proc/self/ns/time_for_children", of_children, sizeof of_children) != n ||
	    memcmp(ours, of_children, (size_t)n) != 0)
		return false;
	if (read_proc("self", "timens_offsets", text, sizeof text) < 0)
		return false;
	at = strstr(text, "boottime");
	if (at == NULL || sscanf(at, "boottime %lld %lld", &seconds, &nanoseconds) != 2)
		return false;
	*ret_ticks = (int64_t)(seconds * sysconf(_SC_CLK_TCK) +
			       nanoseconds / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
	return true;
}

/* Whether a line of /proc/PID/maps is a mapping of that segment. */
static bool is_of_segment(const char *line, int id)
{
	unsigned long inode;

	return strstr(line, "/SYSV") != NULL && sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 &&
	       inode == (unsigned long)id;
}

/* Removes the complete lines from a text. True: one of them is a mapping of the segment. */
static bool search_lines(char *text, size_t *size, int id)
{
	char *line = text, *end;
	bool found = false;

	while ((end = memchr(line, '\n', (size_t)(text + *size - line))) != NULL && !found) {
		*end = '\0';
		found = is_of_segment(line, id);
		line = end + 1;
	}
	*size -= (size_t)(line - text);
	memmove(text, line, *size);
	return found;
}

bool ring_proc_has_mapped(uint32_t pid, int id)
{
	char number[16], text[MAPS_SIZE];
	bool has_memory = false, found = false;
	size_t size = 0;
	ssize_t n = 0;
	int fd;

	snprintf(number, sizeof number, "%d", (int)pid);
	fd = open_proc(number, "maps");
	if (fd < 0)
		return true;
	while (!found && size < sizeof text &&
	       (n = syscall(SYS_read, fd, text + size, sizeof text - size)) > 0) {
		has_memory = true;
		size += (size_t)n;
		found = search_lines(text, &size, id);
	}
	syscall(SYS_close, fd);
	/* /proc shows no memory of a process whose first thread has ended. */
	return found || !has_memory || n != 0;
}
