/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_BLOCKED_H
#define KIPC_CLIENT_FACTS_BLOCKED_H

/* What a thread that sleeps in a system call waits for, if that is one of the kernel's IPC objects. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/kipc.h"

enum blocked_operation {
	BLOCKED_SEND = 1, /* msgsnd; in a ring: for room */
	BLOCKED_RECEIVE,  /* msgrcv; in a ring: for a message */
	BLOCKED_OPERATE,  /* semop, semtimedop */
	BLOCKED_NOTICE,	  /* msgrcv with room for no byte: notices a message and leaves it to others */
};

struct blocked {
	enum kipc_kind kind;
	int id;
	size_t process; /* that the thread belongs to: set by the caller */
	pid_t pid, tid;
	enum blocked_operation operation;
	bool has_type;
	long type;	 /* receive: as msgrcv(2) has it; send: of the message */
	bool not_type;	 /* receive: any but `type` */
	int semaphore;	 /* operate: its number in the set; -1: several, or unknown */
	int change;	 /* operate: its sem_op */
	bool is_stopped; /* by a signal or a debugger, so that it would not continue; set by the caller */
};

/* A segment in a process's address space. */
struct mapping {
	uint64_t start, end;
	uint64_t offset; /* of `start` in the segment */
	int id;
	key_t key;
	bool can_write;
};

/*
 * Decodes /proc/PID/task/TID/syscall. Where an argument points into the thread's memory, that is read too, if allowed.
 * `mappings` are the segments of its process: a futex(2) on one of them is a wait in a ring. False: it is not blocked on an
 * object. Call numbers are those of this machine's architecture, 32-bit programs included.
 */
bool blocked_decode(const char *line, pid_t tid, const struct mapping *mappings, size_t n_mappings,
		    struct blocked *ret_blocked);

/* "send", "receive", "operate", "watch" */
const char *blocked_operation_to_string(enum blocked_operation operation);

#endif
