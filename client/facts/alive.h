/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_ALIVE_H
#define KIPC_CLIENT_FACTS_ALIVE_H

/* Whether the process that the kernel noted with an object still runs: evidence needed before a removal. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum alive {
	ALIVE_YES = 0,
	ALIVE_GONE,
	ALIVE_RECYCLED, /* gone: its number belongs to a process that started later */
	ALIVE_UNKNOWN, /* number 0: in a PID namespace that cannot be seen from here, or there never was one */
};

/* Clocks and namespaces, the same for all processes. */
struct alive_facts {
	int64_t boot;  /* the second of the boot, by today's wall clock; 0: unknown */
	int64_t doubt; /* seconds by which two wall clock times may be off against each other */
	bool sees_all; /* every process of this machine has a number here */
};

void alive_facts_read(struct alive_facts *ret_facts);

/* Whether we are in the first PID namespace, where every process of the machine has a number. */
bool alive_is_in_first_namespace(void);

/*
 * What became of the process with the number `pid`, noted at `when` (CLOCK_REALTIME, seconds) or earlier. In doubt, it still runs.
 */
enum alive alive_look(const struct alive_facts *facts, pid_t pid, int64_t when);

/* The pure part: whether a process that started so many seconds after the boot cannot be the one noted at `when`. */
bool alive_started_later(const struct alive_facts *facts, int64_t started, int64_t when);

#endif
