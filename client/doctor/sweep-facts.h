/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_SWEEP_FACTS_H
#define KIPC_CLIENT_DOCTOR_SWEEP_FACTS_H

/* The facts about one object, from which sweep-judge.c decides. */

#include "client/doctor/sweep-judge.h"
#include "client/facts/processes.h"
#include "client/table/value.h"

/* What all objects have in common. Starts with alive_facts_read(); ends with processes_done(). */
struct sweep_source {
	struct alive_facts alive;
	struct processes processes;
	uint64_t looked,
		look_cost; /* when, by CLOCK_MONOTONIC, and how long it took: microseconds; 0: not yet */
};

/*
 * Collects the facts about an object as it is now; free(3) their traces, in any case. -EIDRM: it is gone, or another object has
 * replaced it; -ENOMEM; errors of opening /proc.
 */
int sweep_facts_collect(struct sweep_source *source, const struct kipc_object *seen,
			struct sweep_facts *ret_facts);

/*
 * "private, created by root, 512M, last used 2026-11-24 17:53:38; process 4711, which created it, has ended"; freed by the caller.
 * NULL: out of memory.
 */
char *sweep_facts_describe(const struct sweep_facts *facts, struct value_style *style);

#endif
