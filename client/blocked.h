/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BLOCKED_H
#define KIPC_CLIENT_BLOCKED_H

/* Who is blocked right now in a call on a queue or a semaphore, as far as our rights let us see. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "client/process.h"
#include "lib/kipc.h"

enum blocked_operation {
	BLOCKED_SEND = 1, /* msgsnd */
	BLOCKED_RECEIVE,  /* msgrcv */
	BLOCKED_OPERATE,  /* semop, semtimedop */
};

struct blocked {
	pid_t pid, tid;
	char command[PROCESS_COMMAND_MAX]; /* as it is: to be escaped */
	enum blocked_operation operation;
	enum kipc_kind kind;
	int id;
	long type;     /* receive: as msgrcv(2) has it */
	bool not_type; /* receive: any but `type` */
};

struct blocked_list {
	struct blocked *items;
	size_t n_items;
	size_t n_unseen; /* processes that could not be looked at */
};

/*
 * One pass over all threads of all processes in our IPC namespace (ids mean something else in another), with
 * /proc/PID/task/TID/syscall, for which ptrace rights are needed. -ENOMEM; errors of opening /proc.
 */
int blocked_list_read(struct blocked_list *ret_list);
void blocked_list_done(struct blocked_list *list);

bool blocked_is_on(const struct blocked *blocked, const struct kipc_object *object);

/* "send", "receive", "operate" */
const char *blocked_operation_to_string(enum blocked_operation operation);

#endif
