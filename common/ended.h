/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_ENDED_H
#define KIPC_COMMON_ENDED_H

/* Whether the process of a pid that the kernel remembers still runs. */

#include <stdbool.h>
#include <sys/types.h>

/*
 * No process has the number, or it is a zombie: kill(2) still finds that one, and where it is not reaped, as in many containers, it
 * stays for ever. False if that cannot be known.
 */
bool process_has_ended(pid_t pid);

#endif
