/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reading /proc. Used by the card of a channel and by the search for who is blocked. Nothing read here is trusted:
 * sizes are bounded and a process that is gone in between is an ordinary answer.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/process.h"

ssize_t process_read(int folder_fd, const char *path, char *buffer, size_t size)
{
	int fd = openat(folder_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buffer, size - 1);
	if (n < 0)
		n = -errno;
	else
		buffer[n] = '\0';
	close(fd);
	return n;
}

int process_command(pid_t pid, char ret_command[static PROCESS_COMMAND_MAX])
{
	char path[sizeof "/proc//comm" + 3 * sizeof pid];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	n = process_read(AT_FDCWD, path, ret_command, PROCESS_COMMAND_MAX);
	if (n < 0)
		return (int)n;
	if (n > 0 && ret_command[n - 1] == '\n') /* the kernel's; any other belongs to the name */
		ret_command[n - 1] = '\0';
	return 0;
}

bool process_id_from_string(const char *text, pid_t *ret_pid)
{
	long pid;
	char *end;

	if (text[0] < '1' || text[0] > '9')
		return false;
	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || pid > INT_MAX)
		return false;
	*ret_pid = (pid_t)pid;
	return true;
}
