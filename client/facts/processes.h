/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PROCESSES_H
#define KIPC_CLIENT_FACTS_PROCESSES_H

/*
 * Who uses what, right now: who has a segment attached, who is blocked in a call on a queue, a semaphore or a ring. One
 * pass over /proc serves all objects, however many there are. Our rights decide what can be seen.
 */

#include "client/base/process.h"
#include "client/facts/blocked.h"

/* A process that uses something. */
struct process {
	pid_t pid;
	uid_t uid;
	char command[PROCESS_COMMAND_MAX]; /* as it is: to be escaped */
	char unit[PROCESS_UNIT_MAX]; /* "postgresql.service", as its cgroup says: to be escaped; "": none */
	bool is_elsewhere;	     /* in another IPC namespace by now: what it has attached is a guess */
};

/* One segment in one process, however many mappings of it there are. */
struct attachment {
	int id;
	key_t key;	/* as it was when the segment was made */
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
	} * unseen; /* processes that our rights do not let us look at; CAP_SYS_PTRACE would */
	size_t n_unseen;
	bool has_hidden; /* /proc keeps others' processes from us (hidepid=), or is missing: how many they are is unknown */
};

/*
 * One pass over all threads of all processes. Ids mean something else in another IPC namespace, so only those in ours
 * count; but a process keeps what it attached before it went to another, so an attachment there is reported as a guess
 * (is_elsewhere). -ENOMEM; errors of opening /proc.
 */
int processes_read(struct processes *ret_processes);
void processes_done(struct processes *processes);

/*
 * Who has the segment attached: the first of *ret_n. Of those elsewhere only as many are believed as
 * mappings of ours are missing from its nattch.
 */
const struct attachment *processes_attached(const struct processes *processes,
					    const struct kipc_object *segment, size_t *ret_n);

/* The threads blocked on an object: the first of *ret_n. For a segment they mean something in a ring only. */
const struct blocked *processes_blocked(const struct processes *processes, enum kipc_kind kind, int id,
					size_t *ret_n);

#endif
