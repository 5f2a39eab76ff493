/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_COMMAND_H
#define KIPC_CLIENT_BASE_COMMAND_H

/* A verb as parsing, help and completion see it, and what its function is given. The table of verbs is in verbs.h. */

#include "client/base/options.h"
#include "client/base/status.h"
#include "common/channel-class.h"

struct invocation {
	const struct command *command;
	const struct options *options;
	const char *runtime_dir; /* chosen by options_runtime_dir(); never NULL */
	int n_args;
	char **args; /* the operands; NULL-terminated */
};

/* What an option means to one verb, where that differs from the help in its own row. */
struct option_help {
	enum option_id option;
	const char *help;
};

struct command {
	const char *name;
	const char *arguments;		   /* "ADDR [MESSAGE…]" */
	int min_args, max_args;		   /* max_args -1: any number */
	const char *help;		   /* one line, without a full stop */
	struct option_set options;	   /* that it takes, besides those that every verb takes */
	const struct option_set *together; /* that exclude each other elsewhere, but not here; NULL: none */
	const struct option_help *option_helps; /* ends with help NULL; NULL: none */
	enum status (*run)(const struct invocation *invocation);
	unsigned
		offers; /* enum channel_class: what its operand can be, for completion and errors; 0: all of the form */
	bool takes_new_name;   /* completion offers no channel */
	bool is_common;	       /* kipcctl without arguments lists it */
	bool takes_all_places; /* --ipc-of=all */
	bool runs_command;     /* the first operand is followed by a command with its own options */
};

#endif
