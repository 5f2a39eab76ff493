/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Reads /proc. Sizes are bounded, and a process that ends meanwhile is an ordinary result. */

#include "client/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/ended.h"
#include "common/escape.h"

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

int process_open(pid_t pid)
{
	char path[sizeof "/proc/" + 3 * sizeof pid];
	int fd;

	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int process_command(pid_t pid, char ret_command[static PROCESS_COMMAND_MAX])
{
	char path[sizeof "/proc//comm" + 3 * sizeof pid];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	n = process_read(AT_FDCWD, path, ret_command, PROCESS_COMMAND_MAX);
	if (n < 0)
		return (int)n;
	if (n > 0 && ret_command[n - 1] == '\n') /* added by the kernel */
		ret_command[n - 1] = '\0';
	return 0;
}

char process_state(int folder_fd, const char *path)
{
	char stat[512], *p, state = '?';

	/* The command can contain ')', too. */
	if (process_read(folder_fd, path, stat, sizeof stat) > 0 && (p = strrchr(stat, ')')) != NULL)
		(void)sscanf(p + 1, " %c", &state);
	return state;
}

bool process_state_is_stopped(char state)
{
	return state == 'T' || state == 't'; /* by a signal; by a debugger */
}

static bool has_suffix(const char *text, size_t n, const char *suffix)
{
	size_t n_suffix = strlen(suffix);

	return n > n_suffix && memcmp(text + n - n_suffix, suffix, n_suffix) == 0;
}

/* The last unit in "0::/system.slice/nginx.service", or in one line of a cgroup v1 hierarchy. */
static void find_unit(const char *path, size_t n, char ret_unit[static PROCESS_UNIT_MAX])
{
	while (n > 0) {
		const char *slash = memrchr(path, '/', n);
		size_t n_before = slash != NULL ? (size_t)(slash - path) : 0;
		const char *part = slash != NULL ? slash + 1 : path;
		size_t n_part = n - (size_t)(part - path);

		if (n_part < PROCESS_UNIT_MAX &&
		    (has_suffix(part, n_part, ".service") || has_suffix(part, n_part, ".scope"))) {
			memcpy(ret_unit, part, n_part);
			ret_unit[n_part] = '\0';
			return;
		}
		n = n_before;
	}
}

void process_unit(int process_fd, char ret_unit[static PROCESS_UNIT_MAX])
{
	char text[4096];
	const char *line = text;

	ret_unit[0] = '\0';
	if (process_read(process_fd, "cgroup", text, sizeof text) <= 0)
		return;
	/* The hierarchy of systemd is the last or only line. */
	while (ret_unit[0] == '\0' && *line != '\0') {
		size_t n = strcspn(line, "\n");

		find_unit(line, n, ret_unit);
		line += n + (line[n] == '\n');
	}
}

void process_print(FILE *out, pid_t pid, const char *command, const char *unit)
{
	fprintf(out, "%d ", (int)pid);
	escape_print(out, command);
	if (unit[0] != '\0') {
		fputs(" (", out);
		escape_print(out, unit);
		putc(')', out);
	}
}

void process_print_pid(FILE *out, pid_t pid)
{
	char command[PROCESS_COMMAND_MAX], unit[PROCESS_UNIT_MAX];
	int fd = process_open(pid);

	if (fd < 0 || process_command(pid, command) < 0) {
		fprintf(out, "%d (gone)", (int)pid);
	} else {
		process_unit(fd, unit);
		process_print(out, pid, command, unit);
		if (process_has_ended(pid))
			fputs(" (ended)", out);
	}
	if (fd >= 0)
		close(fd);
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
