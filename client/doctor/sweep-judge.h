/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_SWEEP_JUDGE_H
#define KIPC_CLIENT_DOCTOR_SWEEP_JUDGE_H

/* What is a leftover and what is not: decided from facts alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/facts/alive.h"
#include "lib/kipc.h"

/* What a process did to an object. */
enum sweep_deed {
	SWEEP_SENT = 0,
	SWEEP_RECEIVED,
	SWEEP_CREATED,
	SWEEP_ATTACHED,
	SWEEP_OPERATED,
};

/* A row for each deed: "process 5, which sent last, …", and "never sent to". */
struct sweep_deed_words {
	const char *done, *never;
};
extern const struct sweep_deed_words sweep_deed_words[];

/* A process that the kernel has noted with the object. */
struct sweep_trace {
	enum sweep_deed deed;
	pid_t pid;
	int64_t when; /* at the latest; 0: never */
	enum alive alive;
};

/* Everything that the decision depends on. */
struct sweep_facts {
	struct kipc_object object;
	int64_t now; /* seconds since the epoch */

	struct sweep_trace *traces;
	size_t n_traces;
	bool sees_all; /* no process of this machine lacks a number here */

	/* Of a semaphore set. */
	int semaphores_error; /* why its semaphores are unknown */
	size_t n_waiting;
	bool is_untouched; /* no process but its creator operated on it */

	/* Of a queue: the visible threads that are blocked on it. */
	size_t n_blocked;
	pid_t blocked_pid; /* the first */
	const char *blind; /* why some threads cannot be seen; NULL: all can */
};

/* The conditions of the command line; all of them must hold. */
struct sweep_rule {
	bool is_private, is_creator_gone, is_unattached;
	bool has_idle;
	uint64_t idle; /* microseconds */
};

/* When it was last used or altered, as far as the kernel records it. */
int64_t sweep_last_use(const struct kipc_object *object);

/*
 * Whether the creator has ended. The kernel notes it only for a segment; for a queue or set, all processes that it does note must
 * have ended, and none may be unknown.
 */
bool sweep_creator_is_gone(const struct sweep_facts *facts);

bool sweep_is_selected(const struct sweep_facts *facts, const struct sweep_rule *rule);

/* Why it is, or may be, in use, freed by the caller; *ret_sentence NULL: it is not. -ENOMEM. */
int sweep_find_use(const struct sweep_facts *facts, char **ret_sentence);

/* Whether something would be lost: messages, the bytes of a segment that was ever attached, the state of semaphores. */
bool sweep_has_contents(const struct sweep_facts *facts);

#endif
