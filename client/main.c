/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl: reads the command line, and runs the verb: one that is linked in, or one of the control half, which is
 * loaded.
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "client/base/command-line.h"
#include "client/base/control.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/complete/complete.h"
#include "client/data/ipc-of.h"
#include "lib/kipc.h"

#define DATA_ROW(name, ...) { #name, __VA_ARGS__, .run = command_##name },
#define CONTROL_ROW(name, ...) { #name, __VA_ARGS__, .run = control_run },
static const struct command commands[] = { VERBS(DATA_ROW, CONTROL_ROW){ NULL } };

/* "list, top, …": the verbs that take --ipc-of=all. */
static void join_verbs_of_all_places(char *buffer, size_t size)
{
	size_t used = 0;

	for (const struct command *command = commands; command->name != NULL && used < size; command++)
		if (command->takes_all_places)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s", used > 0 ? ", " : "",
						 command->name);
}

static enum status enter_place(const struct invocation *invocation)
{
	char verbs[128];

	if (invocation->options->ipc_of != IPC_OF_ALL)
		return ipc_of_enter(invocation);
	if (invocation->command->takes_all_places)
		return STATUS_DONE; /* the verb visits all namespaces itself */
	join_verbs_of_all_places(verbs, sizeof verbs);
	return report(invocation, "--ipc-of=all", STATUS_USAGE,
		      "this verb needs a process ID; the verbs for all IPC namespaces are %s", verbs);
}

int main(int argc, char **argv)
{
	struct invocation invocation = { 0 };
	char runtime_dir[PATH_MAX];
	struct options options;
	int first, status;

	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return (int)complete(commands, argc - 2, argv + 2);
	if (!command_line_parse(argc, argv, commands, &options, &invocation.command, &first, &status))
		return status;
	status = options_runtime_dir(&options, runtime_dir, &invocation.runtime_dir);
	if (status != STATUS_DONE)
		return status;
	errors_explain_name = control_explain_name;
	invocation.options = &options;
	invocation.n_args = argc - first;
	invocation.args = argv + first;

	status = options_has(&options, OPTION_IPC_OF) ? (int)enter_place(&invocation) : STATUS_DONE;
	if (status != STATUS_DONE)
		return invocation.command->runs_command ? STATUS_LOCK_FAILED : status;
	status = (int)invocation.command->run(&invocation);
	signals_pass_on();
	return status;
}
