/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_SIGNALS_H
#define KIPC_CLIENT_BASE_SIGNALS_H

/* SIGINT, SIGTERM and SIGHUP end a command between two messages, never inside one. */

#include <signal.h>

/* Signals wait between the two calls, for steps that belong together; *ret_before is for signals_let_go(). */
void signals_hold(sigset_t *ret_before);
void signals_let_go(const sigset_t *before);

/*
 * From here on, these signals are only counted, and end every blocking call with EINTR, even a call that begins just
 * after signals_caught() returned 0. SIGPIPE is ignored, since write(2) returns EPIPE. A signal that the caller ignores
 * (nohup) stays ignored.
 */
void signals_catch(void);

/* Interrupts blocking calls at this interval (less than a second): they return -EINTR. */
void signals_tick(unsigned usec);

/* How many were caught; 0 as long as the command may continue. */
int signals_caught(void);

/* Ends the process with the signal that was caught, as shells expect; returns if there was none. */
void signals_pass_on(void);

#endif
