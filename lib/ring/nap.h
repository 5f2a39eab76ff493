/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_NAP_H
#define KIPC_LIB_RING_NAP_H

/* Short sleeps that no other party has to end: a waiter that naps costs the party that it waits for no wake-up. */

#include <time.h>

#define RING_NAP_MIN_NS 50000
#define RING_NAP_MAX_NS 1000000

/* Sleeps once. 0; -ETIMEDOUT: `until` (CLOCK_MONOTONIC; NULL: no limit) has passed already; -EINTR. */
int ring_nap(long nanoseconds, const struct timespec *until);

/* How long to nap next time: twice as long, up to RING_NAP_MAX_NS. */
static inline long ring_nap_longer(long nanoseconds)
{
	return nanoseconds * 2 < RING_NAP_MAX_NS ? nanoseconds * 2 : RING_NAP_MAX_NS;
}

#endif
