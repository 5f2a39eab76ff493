/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_ENDED_H
#define KIPC_COMMON_ENDED_H

/* Whether the process behind a pid that the kernel remembers is still at work. */

#include <stdbool.h>
#include <sys/types.h>

/*
 * There is none of that number, or it has ended and its parent has not yet taken note (a zombie): kill(2) still finds
 * that one, and where nobody reaps, as in many containers, it stays for ever. False where it cannot be known.
 */
bool process_has_ended(pid_t pid);

#endif
