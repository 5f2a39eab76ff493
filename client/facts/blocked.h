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
	BLOCKED_WATCH,	  /* msgrcv with room for no byte: learns of a message, and leaves it to others */
};

struct blocked {
	enum kipc_kind kind;
	int id;
	size_t process; /* whose thread: the caller's affair */
	pid_t pid, tid;
	enum blocked_operation operation;
	bool has_type;
	long type;	 /* receive: as msgrcv(2) has it; send: of the message */
	bool not_type;	 /* receive: any but `type` */
	int semaphore;	 /* operate: which of the set, where it is one only; -1: several, or not to be seen */
	int change;	 /* operate: its sem_op */
	bool is_stopped; /* and would not go on if it could: by a signal or a debugger; the caller's affair */
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
 * Takes /proc/PID/task/TID/syscall apart. Where the kernel's arguments point into the thread's memory, that is read too,
 * if we may. `mappings` are its process's segments: a futex(2) on one of them is a wait in a ring. False: it is not
 * blocked on any object. Numbers are those of this machine's architecture, 32-bit programs on it included.
 */
bool blocked_decode(const char *line, pid_t tid, const struct mapping *mappings, size_t n_mappings,
		    struct blocked *ret_blocked);

/* "send", "receive", "operate", "watch" */
const char *blocked_operation_to_string(enum blocked_operation operation);

#endif
