/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_BUS_NAMES_H
#define KIPC_COMMON_BUS_NAMES_H

/* What kipcd and kipcctl say to each other on the control socket: names, signatures, errors. */

#include <errno.h>

#define BUS_SOCKET_NAME "control" /* in the runtime folder */
#define BUS_REFUSED_NAME                                                                                     \
	"refused" /* beside it: why the last start was refused, in a line; the next successful start removes it */
#define BUS_NAME "org.kipc1"
#define BUS_PATH "/org/kipc1"
#define BUS_MANAGER "org.kipc1.Manager"

/* Each channel is an object below BUS_CHANNELS, with the first of these and those of its kind and layout. */
#define BUS_CHANNELS "/org/kipc1/channel"
#define BUS_CHANNEL_INTERFACE "org.kipc1.Channel"
#define BUS_QUEUE "org.kipc1.Queue"
#define BUS_SEGMENT "org.kipc1.Segment"
#define BUS_RING "org.kipc1.Ring"
#define BUS_SEMAPHORE "org.kipc1.Semaphore"

/*
 * Manager.List(s after, u limit) -> a(BUS_CHANNEL), sorted by name: those behind `after`, at most `limit` and at
 * most BUS_LIST_PAGE, fewer where texts are long. An empty answer ends the listing.
 * name, kind, layout ("" but for segments), key, id (-1: none now), state, reason ("" if all is well), manage,
 * lifetime, description, origin (the file that declares it, "" if none does), what it declares to need (bytes of
 * capacity or size, semaphores; 0: the kernel's default), how often kipcd mended it and how often it was lost
 */
#define BUS_CHANNEL "(sssiisssssstuu)"
#define BUS_LIST_PAGE 1000

/*
 * Manager.Describe(s name) -> a{sv}: the above and what is declared, in the words of the configuration; also "origins", a{ss}:
 * the place of each key's value, "FILE:LINE" or "kipcctl set"; and "overrides", a(sssss): key, value, the verb that gave it,
 * the value that it overrides, and the place of that.
 */

/*
 * Manager.Plan(s after, u limit) -> a(BUS_STEP): what a reload would do, all channels, paged as List
 * Manager.Reload() -> a(BUS_STEP): the steps that were not "keep", as they ended, at most BUS_LIST_PAGE, failures first
 */
#define BUS_STEP "(sssss)" /* name, kind, action, state, detail */

/*
 * Manager.Create(s kind, s name, as assignments) -> BUS_STEP
 * Manager.Set(s name, as assignments) -> BUS_STEP
 * Manager.Unset(s name, as keys) -> BUS_STEP: takes back what Set (and Adopt of a declared name) said of these keys (none: of
 * all)
 * Manager.Remove(s name, b force, b dry_run) -> s: what was (dry run: would be) lost, as a sentence
 * Manager.Recover(s name) -> BUS_STEP
 * Manager.Reset(s name): a ring, without its messages; refused (BUS_ERROR_NOT_EMPTY) while somebody has it attached
 */

/*
 * Manager.Adopt(s kind, i id, i key, s name, b dry_run) -> (u uid, BUS_STEP): dry_run only asks whether kipcd would take it
 * over; the caller then gives the object to kipcd's uid, and calls again.
 */

/*
 * Manager.Events(t after, u limit) -> a(BUS_EVENT): those that are remembered and have a number above `after`, oldest
 * first, at most `limit` and at most BUS_LIST_PAGE
 * Manager.Subscribe(): from here on this connection gets the signal Manager.Event(BUS_EVENT); so it does after any AddMatch
 * number, time (microseconds since the epoch), event, channel, kind ("" and "" of kipcd itself), key, detail
 */
#define BUS_EVENT "(ttsssis)"

/*
 * Manager.History(as names) -> (t interval, a(sa(uu))): for each of the (at most BUS_HISTORY_NAMES) channels that are known
 * its last samples, the oldest first: depth (messages, of a raw segment mappings) and how many messages were received since
 * the one before (of a ring). interval: microseconds between two. For half a minute from here kipcd keeps them for all.
 */
#define BUS_HISTORY_NAMES 200

/*
 * Manager.Heads(as names) -> a(st): of at most BUS_HISTORY_NAMES queues, those that hold messages, and since when at least the
 * first message has been the first, as far as samples saw: microseconds since the epoch
 */

/* Manager.Statistics() -> a{st}: how kipcd itself is; names as `kipcctl metrics` prints them */

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
