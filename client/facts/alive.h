/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_ALIVE_H
#define KIPC_CLIENT_FACTS_ALIVE_H

/* Whether the process whose number the kernel keeps with an object is still there, as evidence before a removal. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum alive {
	ALIVE_YES = 0,
	ALIVE_GONE,
	ALIVE_RECYCLED, /* gone: its number belongs to a process that started later */
	ALIVE_UNKNOWN, /* 0: it is in a PID namespace that cannot be seen from here, or there never was one */
};

/* What is known of clocks and namespaces, the same for all processes. */
struct alive_facts {
	int64_t boot;  /* the second of the boot, by today's wall clock; 0: starts cannot be told */
	int64_t doubt; /* seconds by which two times of the wall clock may be wrong relative to each other */
	bool sees_all; /* every process of this machine has a number here */
};

void alive_facts_read(struct alive_facts *ret_facts);

/*
 * What became of the process with the number `pid`, which was noted at `when` (CLOCK_REALTIME, seconds) or earlier. In doubt it
 * lives.
 */
enum alive alive_look(const struct alive_facts *facts, pid_t pid, int64_t when);

/* The pure part: whether a process that started so many seconds after the boot cannot be the one noted at `when`. */
bool alive_started_later(const struct alive_facts *facts, int64_t started, int64_t when);

#endif
