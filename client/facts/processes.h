/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PROCESSES_H
#define KIPC_CLIENT_FACTS_PROCESSES_H

/*
 * Which processes use what right now: which have a segment attached, which are blocked in a call on a queue, a semaphore or a
 * ring. One pass over /proc serves all objects. The rights of the caller decide what can be seen.
 */

#include "client/base/process.h"
#include "client/facts/blocked.h"

/* A process that uses something. */
struct process {
	pid_t pid;
	uid_t uid;
	char command[PROCESS_COMMAND_MAX]; /* as it is: to be escaped */
	char unit[PROCESS_UNIT_MAX]; /* "postgresql.service", from its cgroup: to be escaped; "": none */
	bool is_elsewhere;	     /* in another IPC namespace now: what it has attached is a guess */
};

/* One segment in one process, however many mappings of it there are. */
struct attachment {
	int id;
	key_t key;	/* as it was when the segment was created */
	size_t process; /* index of items */
	unsigned n_mappings;
	bool can_write; /* through any of them */
};

struct processes {
	struct process *items; /* only those that use something */
	size_t n_items;
	struct attachment *attachments; /* by id, then those of our IPC namespace first, then by pid */
	size_t n_attachments;
	struct blocked *blocked; /* by kind, id, pid and tid; `process` is an index of items */
	size_t n_blocked;
	struct unseen {
		pid_t pid;
		uid_t uid;
	} * unseen; /* processes that we may not examine; CAP_SYS_PTRACE would allow it */
	size_t n_unseen;
	bool has_hidden; /* /proc hides an unknown number of processes (hidepid=), or is missing */
};

/*
 * One pass over all threads of all processes. An id means something else in another IPC namespace, so only processes in ours
 * count; but a process keeps what it attached before it entered another, so an attachment there is a guess (is_elsewhere).
 * -ENOMEM; errors of opening /proc.
 */
int processes_read(struct processes *ret_processes);
void processes_done(struct processes *processes);

#define CLEANUP_PROCESSES __attribute__((cleanup(processes_done)))

/*
 * The processes that have the segment attached: the first of *ret_n. Guesses count only as far as visible mappings are missing
 * from its nattch.
 */
const struct attachment *processes_attached(const struct processes *processes,
					    const struct kipc_object *segment, size_t *ret_n);

/* The threads blocked on an object: the first of *ret_n. For a segment they are meaningful only if it is a ring. */
const struct blocked *processes_blocked(const struct processes *processes, enum kipc_kind kind, int id,
					size_t *ret_n);

#endif
