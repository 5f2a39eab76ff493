/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_PROCESS_H
#define KIPC_CLIENT_BASE_PROCESS_H

/* What /proc shows about a process. All of it is input: a process can give itself any name. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define PROCESS_COMMAND_MAX 64 /* the kernel gives 15 bytes, 63 for its own threads */

/* The command name, unescaped and perhaps not UTF-8. -ENOENT, -ESRCH: there is no such process. */
int process_command(pid_t pid, char ret_command[static PROCESS_COMMAND_MAX]);

/* A descriptor of its folder in /proc; -ENOENT: there is no such process. */
int process_open(pid_t pid);

/*
 * The systemd unit of a process: the last part of its cgroup's path that is a service or a scope ("nginx.service",
 * "session-3.scope", "docker-….scope"), unescaped. "": there is none, or it is unknown.
 */
#define PROCESS_UNIT_MAX 128
void process_unit(int process_fd, char ret_unit[static PROCESS_UNIT_MAX]);

/* "1234 postgres (postgresql.service)", escaped; unit "": none. */
void process_print(FILE *out, pid_t pid, const char *command, const char *unit);

/* The same for a process number; "1234 (gone)" if there is no such process. */
void process_print_pid(FILE *out, pid_t pid);

/* The state in a `stat` file of /proc (see proc(5)): 'S', 'T'…; '?' if it is unknown. */
char process_state(int folder_fd, const char *path);
bool process_state_is_stopped(char state);

/* Reads a small file of /proc, at most `size` - 1 bytes, and adds a NUL. Returns its size. */
ssize_t process_read(int folder_fd, const char *path, char *buffer, size_t size);

/* Whether text is a process number, as the names of folders in /proc are. */
bool process_id_from_string(const char *text, pid_t *ret_pid);

#endif
