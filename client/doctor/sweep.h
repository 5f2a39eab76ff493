/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_SWEEP_H
#define KIPC_CLIENT_DOCTOR_SWEEP_H

/* What is a leftover and what is not: sweep-judge.c decides from facts, sweep.c collects them and removes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/facts/alive.h"
#include "lib/kipc.h"

/* A process whose number the kernel keeps with the object. */
struct sweep_trace {
	const char *deed; /* "sent last", "made it"… */
	pid_t pid;
	int64_t when; /* at the latest; 0: nobody ever did */
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
	int semaphores_error; /* why nothing is known of its semaphores */
	size_t n_waiting;
	bool is_untouched; /* at most its maker operated on it */

	/* Of a queue: threads blocked on it, as far as they can be seen. */
	size_t n_blocked;
	pid_t blocked_pid; /* the first */
	const char *blind; /* why not all threads can be seen; NULL: they can */
};

/* The conditions of the command line; all of them must hold. */
struct sweep_rule {
	bool is_private, is_creator_gone, is_unattached;
	bool has_idle;
	uint64_t idle; /* microseconds */
};

/* When it was last used or altered, as far as the kernel notes that. */
int64_t sweep_last_use(const struct kipc_object *object);

/*
 * Whether the creator is gone. Of a segment the kernel keeps its number; of a queue or set it does not: then all processes whose
 * numbers it keeps must be gone, and none of them unknown.
 */
bool sweep_creator_is_gone(const struct sweep_facts *facts);

bool sweep_is_selected(const struct sweep_facts *facts, const struct sweep_rule *rule);

/* Why it is, or may be, in use; freed by the caller. *ret_text NULL: it is not. -ENOMEM. */
int sweep_find_use(const struct sweep_facts *facts, char **ret_text);

/* Whether something would be lost: messages, what a segment that was ever attached holds, a state of semaphores. */
bool sweep_has_contents(const struct sweep_facts *facts);

#endif
