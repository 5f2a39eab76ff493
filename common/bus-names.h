/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_BUS_NAMES_H
#define KIPC_COMMON_BUS_NAMES_H

/* What kipcd and kipcctl say to each other on the control socket: names, signatures, errors. */

#include <errno.h>

#define BUS_SOCKET_NAME "control" /* in the runtime folder */
#define BUS_NAME "org.kipc1"
#define BUS_PATH "/org/kipc1"
#define BUS_MANAGER "org.kipc1.Manager"

/*
 * Manager.List(s after, u limit) -> a(BUS_CHANNEL), sorted by name: those behind `after`, at most `limit` and at
 * most BUS_LIST_PAGE. An empty answer ends the listing.
 * name, kind, layout ("" but for segments), key, id (-1: none now), state, reason ("" if all is well), manage,
 * lifetime, description, origin (the file that declares it, "" if none does), what it declares to need (bytes of
 * capacity or size, semaphores; 0: the kernel's default)
 */
#define BUS_CHANNEL "(sssiisssssst)"
#define BUS_LIST_PAGE 1000

/* Manager.Describe(s name) -> a{sv}: the above and what is declared, by the words of the configuration. */

/*
 * Manager.Plan(s after, u limit) -> a(BUS_STEP): what a reload would do, all channels, paged as List
 * Manager.Reload() -> a(BUS_STEP): the steps that were not "keep", as they ended, at most BUS_LIST_PAGE, failures first
 */
#define BUS_STEP "(sssss)" /* name, kind, action, state, detail */

/*
 * Manager.Create(s kind, s name, as assignments) -> BUS_STEP
 * Manager.Set(s name, as assignments) -> BUS_STEP
 * Manager.Remove(s name, b force, b dry_run) -> s: what was (dry run: would be) lost, as a sentence
 * Manager.Recover(s name) -> BUS_STEP
 * Manager.Reset(s name): a ring, without its messages; refused (BUS_ERROR_NOT_EMPTY) while somebody has it attached
 */

/* clang-format off */
/* The errors, each with the errno that the client makes of it. */
#define BUS_ERROR_BAD_CONFIGURATION BUS_NAME ".Error.BadConfiguration"	/* EBADMSG; the text lists every mistake */
#define BUS_ERROR_NO_SUCH_CHANNEL BUS_NAME ".Error.NoSuchChannel"	/* ENOENT */
#define BUS_ERROR_NOT_EMPTY BUS_NAME ".Error.NotEmpty"			/* EBUSY */
#define BUS_ERROR_NOT_ALLOWED BUS_NAME ".Error.NotAllowed"		/* EACCES */
#define BUS_ERROR_EXISTS BUS_NAME ".Error.Exists"			/* EEXIST */
#define BUS_ERROR_INVALID BUS_NAME ".Error.Invalid"			/* EINVAL */
#define BUS_ERROR_LIMIT BUS_NAME ".Error.LimitExceeded"			/* EDQUOT */
#define BUS_ERROR_FAILED BUS_NAME ".Error.Failed"			/* EIO */

/* X-macro: BUS_ERRORS(entry) expands entry(name, errno) for each. */
#define BUS_ERRORS(entry)                                                                                            \
	entry(BUS_ERROR_BAD_CONFIGURATION, EBADMSG) entry(BUS_ERROR_NO_SUCH_CHANNEL, ENOENT)                         \
	entry(BUS_ERROR_NOT_EMPTY, EBUSY) entry(BUS_ERROR_NOT_ALLOWED, EACCES) entry(BUS_ERROR_EXISTS, EEXIST)       \
	entry(BUS_ERROR_INVALID, EINVAL) entry(BUS_ERROR_LIMIT, EDQUOT) entry(BUS_ERROR_FAILED, EIO)
/* clang-format on */

#endif
