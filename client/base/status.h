/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_STATUS_H
#define KIPC_CLIENT_BASE_STATUS_H

/*
 * The exit statuses: this enum, the list in `kipcctl help` and the one in kipcctl(1), which a test compares with it,
 * have one row for each. `lock` also passes on the status of its COMMAND.
 */

/* clang-format off */
#define STATUSES(entry)                                                                                      \
	entry(STATUS_DONE, 0, "success")                                                                     \
	entry(STATUS_FAILED, 1, "failure")                                                                   \
	entry(STATUS_USAGE, 2, "wrong usage")                                                                \
	entry(STATUS_NO_SUCH_CHANNEL, 3, "no such channel")                                                  \
	entry(STATUS_NOTHING, 4, "nothing there, full, or timed out")                                        \
	entry(STATUS_NOT_ALLOWED, 5, "not allowed")                                                          \
	entry(STATUS_REMOVED, 6, "removed while waiting")                                                    \
	entry(STATUS_NO_DAEMON, 7, "kipcd is not reachable")                                                 \
	entry(STATUS_DANGER, 8, "doctor: something dangerous was found")                                     \
	entry(STATUS_BAD_CONFIGURATION, 78, "check: the configuration has mistakes")                         \
	entry(STATUS_LOCK_FAILED, 125, "lock: COMMAND was not started")                                      \
	entry(STATUS_LOCK_CANNOT_RUN, 126, "lock: COMMAND cannot be run")                                    \
	entry(STATUS_LOCK_NOT_FOUND, 127, "lock: COMMAND was not found")
/* clang-format on */

enum status {
#define STATUS_CONSTANT(constant, number, sentence) constant = number,
	STATUSES(STATUS_CONSTANT)
#undef STATUS_CONSTANT
};

#endif
