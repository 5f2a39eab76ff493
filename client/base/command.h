/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_COMMAND_H
#define KIPC_CLIENT_BASE_COMMAND_H

/* The one table of verbs (in main.c), and what a verb's function is given. Help is printed from the rows. */

#include "client/base/options.h"

/* kipcctl's exit statuses; `lock` has its own on top, and passes on its command's. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_NO_SUCH_CHANNEL = 3,
	STATUS_NOTHING = 4, /* nothing there, full or timed out */
	STATUS_NOT_ALLOWED = 5,
	STATUS_REMOVED = 6, /* while waiting */
	STATUS_NO_DAEMON = 7,
	STATUS_DANGER = 8,
	STATUS_LOCK_FAILED = 125, /* lock: COMMAND was not started */
	STATUS_LOCK_CANNOT_RUN = 126,
	STATUS_LOCK_NOT_FOUND = 127,
};

struct invocation {
	const struct command *command;
	const struct options *options;
	const char
		*runtime_dir; /* chosen from --runtime-dir, --user, --system, the environment; never NULL */
	int n_args;
	char **args; /* behind the verb; NULL-terminated */
};

struct command {
	const char *name;
	const char *arguments;	   /* "ADDR [MESSAGE…]" */
	const char *help;	   /* one line */
	int min_args, max_args;	   /* max_args -1: any number */
	struct option_set options; /* that it takes beside those that go everywhere */
	enum status (*run)(const struct invocation *invocation);
	struct option_set
		together; /* options that this verb allows together, although they exclude each other elsewhere */
	bool is_common;	       /* kipcctl without arguments lists it */
	bool takes_all_places; /* --ipc-of=all */
	bool runs_command;     /* what stands behind the first operand is a command with options of its own */
};

/* The data half: one family a file. */
enum status command_send(const struct invocation *invocation);	  /* send.c */
enum status command_recv(const struct invocation *invocation);	  /* recv.c */
enum status command_peek(const struct invocation *invocation);	  /* peek.c */
enum status command_wait(const struct invocation *invocation);	  /* wait.c */
enum status command_purge(const struct invocation *invocation);	  /* purge.c */
enum status command_move(const struct invocation *invocation);	  /* move.c */
enum status command_read(const struct invocation *invocation);	  /* segment.c */
enum status command_write(const struct invocation *invocation);	  /* segment.c */
enum status command_hexdump(const struct invocation *invocation); /* hexdump.c */
enum status command_lock(const struct invocation *invocation);	  /* semaphore.c */
enum status command_up(const struct invocation *invocation);	  /* semaphore.c */
enum status command_down(const struct invocation *invocation);	  /* semaphore.c */
enum status command_check(const struct invocation *invocation);	  /* check.c: runs kipcd --check */

/* Every verb of the control half: loads it and hands the invocation over (control.c). */
enum status command_control(const struct invocation *invocation);

#endif
