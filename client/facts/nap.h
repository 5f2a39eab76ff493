/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_NAP_H
#define KIPC_CLIENT_FACTS_NAP_H

/* How long a process sleeps between polls. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The shortest finite sleep that any thread of the process is in now (nanosleep, poll, select, epoll_wait), in microseconds.
 * False: none, or it may not be examined. The process itself controls these values.
 */
bool nap_of_process(pid_t pid, uint64_t *ret_usec);

#endif
