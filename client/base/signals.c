/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The signals that end a command. The state is global because signal handlers are.
 *
 * With a flag alone, a signal that comes after the check of the flag and before msgrcv(2) would have no effect until
 * the next message. So the first signal starts a timer, whose next tick interrupts the call. Nothing here runs before a
 * signal comes.
 */

#include "client/base/signals.h"

#include <stddef.h>
#include <sys/time.h>

#define TICK_USEC 50000

static volatile sig_atomic_t first_caught;
static volatile sig_atomic_t n_caught;

static void on_signal(int number)
{
	/* On Linux, setitimer(2) is a plain system call, which is safe in a handler. */
	const struct itimerval ticking = { { 0, TICK_USEC }, { 0, TICK_USEC } };

	if (first_caught == 0)
		first_caught = number;
	n_caught = n_caught + 1;
	(void)setitimer(ITIMER_REAL, &ticking, NULL);
}

static void on_tick(int number)
{
}

static void catch (int number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler }, old; /* no SA_RESTART: calls must end */

	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		(void)sigaction(number, &action, NULL);
}

void signals_hold(sigset_t *ret_before)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &held, ret_before);
}

void signals_let_go(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

void signals_tick(unsigned usec)
{
	const struct itimerval ticking = { { 0, (suseconds_t)usec }, { 0, (suseconds_t)usec } };
	struct sigaction tick = { .sa_handler = on_tick };

	(void)sigaction(SIGALRM, &tick, NULL);
	(void)setitimer(ITIMER_REAL, &ticking, NULL);
}

void signals_catch(void)
{
	struct sigaction tick = { .sa_handler = on_tick };

	(void)sigaction(SIGALRM, &tick, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	catch (SIGINT, on_signal);
	catch (SIGTERM, on_signal);
	catch (SIGHUP, on_signal);
}

int signals_caught(void)
{
	return n_caught;
}

void signals_pass_on(void)
{
	if (first_caught == 0)
		return;
	(void)signal(first_caught, SIG_DFL);
	(void)raise(first_caught);
}
