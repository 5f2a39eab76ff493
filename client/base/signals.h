/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_SIGNALS_H
#define KIPC_CLIENT_BASE_SIGNALS_H

/* SIGINT, SIGTERM and SIGHUP end a command between two messages, never inside one. */

#include <signal.h>

/* They wait from the one to the other, which takes what the first returned: between two steps that belong together. */
void signals_hold(sigset_t *ret_before);
void signals_let_go(const sigset_t *before);

/*
 * From now on these signals are only noted, and end every blocking call with EINTR: also one that is entered just
 * after a look at signals_caught(). SIGPIPE is ignored: write(2) says EPIPE. A signal that the caller ignores
 * (nohup) stays ignored.
 */
void signals_catch(void);

/* Interrupts whatever waits, every so many microseconds (less than a second): it returns -EINTR. */
void signals_tick(unsigned usec);

/* How many were caught so far: 0 while the command may go on. */
int signals_caught(void);

/* Dies of the signal that was caught, as shells expect; returns if none was. */
void signals_pass_on(void);

#endif
