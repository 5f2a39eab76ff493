/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl: the one table of verbs, and main(). The data half (send to check) is linked in and needs libc only; the
 * control half is loaded by the verbs that need it (control.c).
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "client/base/command.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/data/complete.h"
#include "client/data/control.h"
#include "client/data/ipc-of.h"
#include "lib/kipc.h"

/* clang-format off */
#define SET(...)                                                                                             \
	{                                                                                                    \
		.has = { __VA_ARGS__ }                                                                       \
	}
#define NONE { { false } }
#define O(name) [OPTION_##name] = true
#define TYPES O(TYPE), O(MAX_TYPE), O(NOT_TYPE)
#define WAITING O(NO_WAIT), O(TIMEOUT)
#define SHOWN O(NULL), O(FRAMES), O(RAW), O(JSON)
#define GUARDED O(LOCK), WAITING
#define RANGE O(OFFSET), O(LENGTH), GUARDED
#define TABLE O(JSON), O(BYTES), O(NO_LEGEND)

static const struct command commands[] = {
	{ "send", "ADDR [MESSAGE…]", "Send each argument, or each line of standard input, as a message", 1, -1,
	  SET(O(TYPE), O(NULL), O(WHOLE), O(FRAMES), O(JSON), WAITING), command_send, .is_common = true },
	{ "recv", "ADDR", "Take a message and print it; wait for it", 1, 1,
	  SET(TYPES, O(COUNT), O(ALL), O(FOLLOW), SHOWN, WAITING), command_recv, .is_common = true },
	{ "peek", "ADDR", "Print the next message and leave it there", 1, 1,
	  SET(TYPES, O(COUNT), O(ALL), SHOWN, WAITING), command_peek, .is_common = true },
	{ "wait", "ADDR", "Wait until a message is there or a semaphore can be had", 1, 1,
	  SET(TYPES, WAITING), command_wait },
	{ "purge", "ADDR", "Throw away what is queued, and say how much", 1, 1,
	  SET(TYPES, O(KEEP)), command_purge },
	{ "move", "FROM TO", "Move messages from one queue or ring to another", 2, 2,
	  SET(TYPES, O(COUNT), WAITING), command_move },
	{ "read", "SEGMENT", "Print the bytes of a segment", 1, 1, SET(RANGE, O(RAW)), command_read },
	{ "write", "SEGMENT [TEXT]", "Write TEXT, or standard input, into a segment", 1, 2, SET(RANGE), command_write },
	{ "hexdump", "SEGMENT", "Show the bytes of a segment as numbers and text", 1, 1, SET(RANGE), command_hexdump },
	{ "get", "SEGMENT [FIELD…]", "Print the fields of a segment", 1, -1, SET(O(JSON), GUARDED), command_control },
	{ "put", "SEGMENT FIELD=VALUE…", "Write fields of a segment", 2, -1, SET(GUARDED), command_control },
	{ "watch", "SEGMENT [FIELD…]", "Show the bytes and fields of a segment as they change", 1, -1,
	  SET(RANGE, O(INTERVAL), O(ONCE), O(COUNT)), command_control },
	{ "lock", "SEMAPHORE [--] COMMAND…", "Run COMMAND; the semaphore is held as long as it lives", 2, -1,
	  SET(O(COUNT), WAITING, O(BUSY_STATUS)), command_lock, .runs_command = true },
	{ "up", "SEMAPHORE", "Add to a semaphore", 1, 1, SET(O(COUNT), O(MAX)), command_up },
	{ "down", "SEMAPHORE", "Take from a semaphore; wait for it", 1, 1, SET(O(COUNT), WAITING), command_down },
	{ "list", "", "Show the channels, one a row", 0, 0,
	  SET(TABLE, O(FOREIGN), O(KIND), O(STATE), O(SORT), O(COLUMNS), O(GROUP_BY)), command_control, .takes_all_places = true, .is_common = true },
	{ "show", "ADDR…", "Show everything known of a channel", 1, -1, SET(TABLE), command_control, .is_common = true },
	{ "top", "", "Show the channels on a screen, again and again", 0, 0,
	  SET(TABLE, O(FOREIGN), O(KIND), O(STATE), O(SORT), O(INTERVAL), O(ONCE), O(COUNT), O(GROUP_BY)),
	  command_control, .takes_all_places = true, .is_common = true },
	{ "doctor", "", "Look for what is wrong, and say what mends it", 0, 0, SET(O(JSON), O(FAIL_ON)), command_control, .takes_all_places = true, .is_common = true },
	{ "events", "[NAME…]", "Show what happened; with --follow, what happens", 0, -1,
	  SET(O(FOLLOW), O(COUNT), O(SINCE), O(JSON)), command_control,
	  .together = SET(O(COUNT), O(FOLLOW)) },
	{ "limits", "", "Show the kernel's limits, and what is used of them", 0, 0, SET(TABLE, O(COLUMNS), O(GROUP_BY)),
	  command_control, .takes_all_places = true },
	{ "create", "KIND NAME [KEY=VALUE…]", "Make a channel that lives until the reboot", 2, -1, NONE,
	  command_control, .is_common = true },
	{ "set", "NAME KEY=VALUE…", "Alter a channel until the reboot", 2, -1, NONE, command_control },
	{ "unset", "NAME [KEY…]", "Take back what set altered", 1, -1, NONE, command_control },
	{ "remove", "ADDR…", "Remove a channel, if nothing is lost by it", 1, -1, SET(O(DRY_RUN), O(FORCE), O(UNATTACHED)),
	  command_control, .is_common = true },
	{ "sweep", "", "Remove what was left over, by rule, if nothing uses it", 0, 0,
	  SET(O(KIND), O(OWNER), O(PRIVATE), O(CREATOR_GONE), O(UNATTACHED), O(IDLE), O(DRY_RUN), O(WITH_CONTENTS), O(JSON)),
	  command_control },
	{ "reset", "RING", "Make a ring anew, if nobody has it attached", 1, 1, SET(O(DRY_RUN), O(FORCE)),
	  command_control },
	{ "recover", "[NAME]", "Make a lost channel again, or settle whose the registry is", 0, 1, SET(O(REGISTRY)),
	  command_control },
	{ "metrics", "", "Print figures for a monitor", 0, 0, SET(O(OUTPUT), O(OPENMETRICS), O(GROUP_BY)), command_control, .takes_all_places = true },
	{ "generate", "", "Print a configuration for what lives in the kernel now", 0, 0, NONE, command_control },
	{ "adopt", "ADDR NAME", "Hand a foreign object to kipcd, as it is", 2, 2, SET(O(DRY_RUN), O(FORCE)),
	  command_control },
	{ "plan", "", "Show what a reload would do", 0, 0,
	  SET(TABLE, O(COLUMNS)), command_control },
	{ "reload", "", "Make kipcd read its configuration again", 0, 0,
	  SET(TABLE, O(COLUMNS)), command_control, .is_common = true },
	{ "bench", "[ADDR]", "Measure how fast messages go, on a queue and a ring like ADDR", 0, 1,
	  SET(O(SIZES), O(PRODUCERS), O(CONSUMERS), O(BATCH), O(TIME), O(JSON)), command_control },
	{ "check", "[FILE]", "Look for mistakes in a configuration", 0, 1, SET(O(CONFIG)), command_check },
	{ NULL },
};
/* clang-format on */

/* The verb itself handles all namespaces at once. */
static enum status go_to_place(const struct invocation *invocation)
{
	if (invocation->options->ipc_of != IPC_OF_ALL)
		return ipc_of_enter(invocation);
	if (invocation->command->takes_all_places)
		return STATUS_DONE;
	return report(invocation, "--ipc-of=all", STATUS_USAGE,
		      "list, doctor, limits, metrics and top look at all IPC namespaces; the others want a "
		      "process");
}

int main(int argc, char **argv)
{
	struct invocation invocation = { 0 };
	char runtime_dir[PATH_MAX];
	struct options options;
	int first, status;

	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return (int)complete(commands, argc - 2, argv + 2);
	if (!options_parse(argc, argv, commands, &options, &invocation.command, &first, &status))
		return status;
	status = options_runtime_dir(&options, runtime_dir, &invocation.runtime_dir);
	if (status != STATUS_DONE)
		return status;
	report_explain_name = control_half_explain_name;
	invocation.options = &options;
	invocation.n_args = argc - first;
	invocation.args = argv + first;

	status = options_has(&options, OPTION_IPC_OF) ? (int)go_to_place(&invocation) : STATUS_DONE;
	if (status != STATUS_DONE)
		return invocation.command->runs_command ? STATUS_LOCK_FAILED : status;
	status = (int)invocation.command->run(&invocation);
	signals_pass_on();
	return status;
}
