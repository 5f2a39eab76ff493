/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_VERBS_H
#define KIPC_CLIENT_BASE_VERBS_H

/*
 * The table of verbs. A new verb is a row here and a function command_NAME() in a file of its own that includes this
 * header.
 *
 * VERBS(data, control) expands data(...) for the verbs that are linked into kipcctl and need libc only, and
 * control(...) for those of kipcctl-control.so, each with: name, operands, least and most number of operands, help, and
 * members of struct command. Both halves build their own table from it, so a verb without a function fails at link
 * time, and a function without a row when it is compiled.
 */

#include "client/base/command.h"

/* clang-format off */
#define ANY_NUMBER (-1)
#define TAKES(...) .options = OPTION_SET(__VA_ARGS__)
#define TOGETHER(...) .together = &(const struct option_set)OPTION_SET(__VA_ARGS__)
#define HELP(...) .option_helps = (const struct option_help[]){ __VA_ARGS__, { 0 } }

#define TYPES O(TYPE), O(MAX_TYPE), O(NOT_TYPE)
#define WAITING O(NO_WAIT), O(TIMEOUT)
#define SHOWN O(NULL), O(FRAMES), O(RAW), O(JSON)
#define GUARDED O(LOCK), WAITING
#define RANGE O(OFFSET), O(LENGTH), GUARDED
#define TABLE O(JSON), O(BYTES), O(NO_LEGEND)

#define VERBS(data, control) \
	data(send, "ADDR [MESSAGE…]", 1, ANY_NUMBER, "Send arguments or lines of standard input", \
	     TAKES(O(TYPE), O(NULL), O(WHOLE), O(FRAMES), O(JSON), WAITING), \
	     HELP({ OPTION_TYPE, "type of the messages (1)" }, \
		  { OPTION_JSON, "read messages as recv --json prints them" }), .is_common = true, .offers = CHANNEL_STREAM) \
	data(recv, "ADDR", 1, 1, "Take a message and print it, waiting for one", \
	     TAKES(TYPES, O(COUNT), O(ALL), O(FOLLOW), SHOWN, WAITING), \
	     HELP({ OPTION_JSON, "print each message as a JSON object" }), .is_common = true, .offers = CHANNEL_STREAM) \
	data(peek, "ADDR", 1, 1, "Print the next message without taking it", \
	     TAKES(TYPES, O(COUNT), O(ALL), SHOWN, WAITING), \
	     HELP({ OPTION_JSON, "print each message as a JSON object" }), .is_common = true, .offers = CHANNEL_STREAM) \
	data(wait, "ADDR", 1, 1, "Wait for a message or a semaphore", \
	     TAKES(TYPES, WAITING), .offers = CHANNEL_STREAM | CHANNEL_SEMAPHORE) \
	data(purge, "ADDR", 1, 1, "Discard the messages that are there now", \
	     TAKES(TYPES, O(KEEP)), .offers = CHANNEL_STREAM) \
	data(move, "FROM TO", 2, 2, "Move messages to another queue or ring", \
	     TAKES(TYPES, O(COUNT), WAITING), \
	     HELP({ OPTION_COUNT, "wait for N messages (all that are there now)" }), .offers = CHANNEL_STREAM) \
	data(read, "SEGMENT", 1, 1, "Print the bytes of a segment", \
	     TAKES(RANGE, O(RAW))) \
	data(write, "SEGMENT [TEXT]", 1, 2, "Copy TEXT or standard input into a segment", \
	     TAKES(RANGE), .offers = CHANNEL_RAW) \
	data(hexdump, "SEGMENT", 1, 1, "Print the bytes of a segment in hexadecimal", \
	     TAKES(RANGE)) \
	control(get, "SEGMENT [FIELD…]", 1, ANY_NUMBER, "Print the fields of a segment", \
		TAKES(O(JSON), GUARDED), .offers = CHANNEL_RAW) \
	control(put, "SEGMENT FIELD=VALUE…", 2, ANY_NUMBER, "Write fields of a segment", \
		TAKES(GUARDED), .offers = CHANNEL_RAW) \
	control(watch, "SEGMENT [FIELD…]", 1, ANY_NUMBER, "Show how the contents of a segment change", \
		TAKES(RANGE, O(INTERVAL), O(ONCE), O(COUNT)), \
		HELP({ OPTION_COUNT, "exit after N changes" })) \
	data(lock, "SEMAPHORE [--] COMMAND…", 2, ANY_NUMBER, "Run COMMAND while holding the semaphore", \
	     TAKES(O(COUNT), WAITING, O(BUSY_STATUS)), \
	     HELP({ OPTION_COUNT, "subtract N while COMMAND runs (1)" }), .runs_command = true) \
	data(up, "SEMAPHORE", 1, 1, "Add to a semaphore", \
	     TAKES(O(COUNT), O(MAX)), \
	     HELP({ OPTION_COUNT, "add N (1)" })) \
	data(down, "SEMAPHORE", 1, 1, "Subtract from a semaphore, waiting if needed", \
	     TAKES(O(COUNT), WAITING), \
	     HELP({ OPTION_COUNT, "subtract N (1)" })) \
	control(list, "", 0, 0, "List the channels, one per row", \
		TAKES(TABLE, O(FOREIGN), O(KIND), O(STATE), O(SORT), O(COLUMNS), O(GROUP_BY)), \
		.takes_all_places = true, .is_common = true) \
	control(show, "ADDR…", 1, ANY_NUMBER, "Show everything known about each channel", \
		TAKES(TABLE), .is_common = true) \
	control(top, "", 0, 0, "Show the channels on a screen that updates", \
		TAKES(TABLE, O(FOREIGN), O(KIND), O(STATE), O(SORT), O(INTERVAL), O(ONCE), O(COUNT), O(GROUP_BY)), \
		HELP({ OPTION_COUNT, "exit after N frames" }), \
		.takes_all_places = true, .is_common = true) \
	control(doctor, "", 0, 0, "Find problems, and the command that fixes each", \
		TAKES(O(JSON), O(FAIL_ON)), .takes_all_places = true, .is_common = true) \
	control(events, "[NAME…]", 0, ANY_NUMBER, "Print what happened to the channels", \
		TAKES(O(FOLLOW), O(COUNT), O(SINCE), O(JSON)), \
		HELP({ OPTION_COUNT, "only the last N events" }, \
		     { OPTION_FOLLOW, "continue with new events until interrupted" }), TOGETHER(O(COUNT), O(FOLLOW))) \
	control(limits, "", 0, 0, "Show the kernel's limits and their use", \
		TAKES(TABLE, O(COLUMNS), O(GROUP_BY)), .takes_all_places = true) \
	control(create, "KIND NAME [KEY=VALUE…]", 2, ANY_NUMBER, "Create a channel until the next reboot", \
		.is_common = true, .takes_new_name = true) \
	control(set, "NAME KEY=VALUE…", 2, ANY_NUMBER, "Change a channel until the next reboot") \
	control(unset, "NAME [KEY…]", 1, ANY_NUMBER, "Take back what set changed") \
	control(remove, "ADDR…", 1, ANY_NUMBER, "Remove channels, unless data would be lost", \
		TAKES(O(DRY_RUN), O(FORCE), O(UNATTACHED)), .is_common = true) \
	control(sweep, "", 0, 0, "Remove leftover objects that nothing uses", \
		TAKES(O(KIND), O(OWNER), O(PRIVATE), O(CREATOR_GONE), O(UNATTACHED), O(IDLE), O(DRY_RUN), \
		      O(WITH_CONTENTS), O(JSON))) \
	control(reset, "RING", 1, 1, "Reinitialise a ring in place", \
		TAKES(O(DRY_RUN), O(FORCE))) \
	control(recover, "[NAME]", 0, 1, "Recreate a lost channel", \
		TAKES(O(REGISTRY))) \
	control(metrics, "", 0, 0, "Print metrics for a monitoring system", \
		TAKES(O(OUTPUT), O(OPENMETRICS), O(GROUP_BY)), .takes_all_places = true) \
	control(generate, "", 0, 0, "Print a configuration for unnamed objects") \
	control(adopt, "ADDR NAME", 2, 2, "Hand a foreign object to kipcd under a name", \
		TAKES(O(DRY_RUN), O(FORCE)), .takes_new_name = true) \
	control(plan, "", 0, 0, "Show what a reload would do", \
		TAKES(TABLE, O(COLUMNS))) \
	control(reload, "", 0, 0, "Make kipcd read its configuration again", \
		TAKES(TABLE, O(COLUMNS)), .is_common = true) \
	control(bench, "[ADDR]", 0, 1, "Measure the speed of a queue and a ring", \
		TAKES(O(SIZES), O(PRODUCERS), O(CONSUMERS), O(BATCH), O(TIME), O(JSON)), .offers = CHANNEL_STREAM) \
	data(check, "[FILE]", 0, 1, "Check a configuration for mistakes", \
	     TAKES(O(CONFIG)))
/* clang-format on */

#define VERB_PROTOTYPE(name, ...) enum status command_##name(const struct invocation *invocation);
VERBS(VERB_PROTOTYPE, VERB_PROTOTYPE)
#undef VERB_PROTOTYPE

#endif
