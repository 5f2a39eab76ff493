/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_NAP_H
#define KIPC_CLIENT_FACTS_NAP_H

/* A process that polls sleeps for a known time, again and again. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The shortest sleep with an end that any thread of the process is in now (nanosleep, poll, select, epoll_wait), in
 * microseconds. False: none is, or it may not be looked at. The process itself controls these values.
 */
bool nap_of_process(pid_t pid, uint64_t *ret_usec);

#endif
