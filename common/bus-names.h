/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_BUS_NAMES_H
#define KIPC_COMMON_BUS_NAMES_H

/* The control interface between kipcctl and kipcd: names, signatures, errors. */

#include <errno.h>

#define BUS_SOCKET_NAME "control" /* in the runtime folder */
#define BUS_REFUSED_NAME                                                                                     \
	"refused" /* beside it, until a start succeeds: why the last one was refused, in a line */
#define BUS_NAME "org.kipc1"
#define BUS_PATH "/org/kipc1"
#define BUS_MANAGER "org.kipc1.Manager"

/* Each channel is an object below BUS_CHANNELS with the first of these interfaces and those of its kind and layout. */
#define BUS_CHANNELS "/org/kipc1/channel"
#define BUS_CHANNEL_INTERFACE "org.kipc1.Channel"
#define BUS_QUEUE "org.kipc1.Queue"
#define BUS_SEGMENT "org.kipc1.Segment"
#define BUS_RING "org.kipc1.Ring"
#define BUS_SEMAPHORE "org.kipc1.Semaphore"

/*
 * The methods of the Manager, each with the types of what it takes and gives. This is the only place of these signatures:
 * kipcd's vtable and reads use them, and so do kipcctl's calls.
 */

/*
 * List(after, limit), sorted by name: the channels behind the name `after`, at most `limit` and at most BUS_LIST_PAGE, fewer
 * where strings are long. An empty reply ends the list.
 * name, kind, layout ("" except for segments), key, id (-1: no object), state, reason ("" if nothing is wrong), manage,
 * lifetime, description, origin (the file that declares it, or ""), the declared need (bytes of capacity or size, semaphores;
 * 0: the kernel's default), how often kipcd healed it, and how often it was lost
 */
#define BUS_CHANNEL "(sssiisssssstuu)"
#define BUS_LIST_PAGE 1000
#define BUS_LIST_TAKES "su"
#define BUS_LIST_GIVES "a" BUS_CHANNEL

/*
 * Describe(name): the above and what is declared, in the words of the configuration; also "origins", a{ss}: the place of each
 * key's value, "FILE:LINE" or "kipcctl set"; and "overrides", a(sssss): key, value, the verb that set it, the value that it
 * overrides, and the place of that.
 */
#define BUS_DESCRIBE_TAKES "s"
#define BUS_DESCRIBE_GIVES "a{sv}"

/* A step: name, kind, action, state, detail. */
#define BUS_STEP "(sssss)"

/* Plan(after, limit): what a reload would do with each channel, in pages as those of List. */
#define BUS_PLAN_TAKES BUS_LIST_TAKES
#define BUS_PLAN_GIVES "a" BUS_STEP

/* Reload(): the steps other than "keep", as they ended, at most BUS_LIST_PAGE, failures first. */
#define BUS_RELOAD_TAKES ""
#define BUS_RELOAD_GIVES "a" BUS_STEP

/* Create(kind, name, assignments) */
#define BUS_CREATE_TAKES "ssas"
#define BUS_CREATE_GIVES BUS_STEP

/* Set(name, assignments) */
#define BUS_SET_TAKES "sas"
#define BUS_SET_GIVES BUS_STEP

/* Unset(name, keys): takes back the values that Set (and Adopt of a declared name) gave these keys; without keys, all. */
#define BUS_UNSET_TAKES "sas"
#define BUS_UNSET_GIVES BUS_STEP

/* Remove(name, force, dry_run): what was (dry run: would be) lost, as a sentence. */
#define BUS_REMOVE_TAKES "sbb"
#define BUS_REMOVE_GIVES "s"

/* Recover(name) */
#define BUS_RECOVER_TAKES "s"
#define BUS_RECOVER_GIVES BUS_STEP

/* RecoverRegistry(is_ours): whether a doubtful registry belongs to this IPC namespace; then as Reload. */
#define BUS_RECOVER_REGISTRY_TAKES "b"
#define BUS_RECOVER_REGISTRY_GIVES BUS_RELOAD_GIVES

/* Reset(name): empties a ring; refused (BUS_ERROR_NOT_EMPTY) while another process has it attached. */
#define BUS_RESET_TAKES "s"
#define BUS_RESET_GIVES ""

/*
 * Adopt(kind, id, key, name, dry_run): kipcd's uid, and a step. dry_run only asks whether kipcd would adopt the object; the
 * caller then makes that uid its owner, and calls again.
 */
#define BUS_ADOPT_TAKES "siisb"
#define BUS_ADOPT_GIVES "u" BUS_STEP

/*
 * Events(after, limit): those that are remembered and have a number above `after`, oldest first, at most `limit` and at most
 * BUS_LIST_PAGE.
 * number, time (microseconds since the epoch), event, channel, kind ("" and "" of kipcd itself), key, detail
 */
#define BUS_EVENT "(ttsssis)"
#define BUS_EVENTS_TAKES "tu"
#define BUS_EVENTS_GIVES "a" BUS_EVENT

/* Subscribe(): this connection gets the signal Event(BUS_EVENT) from now on, as after any AddMatch. */
#define BUS_SUBSCRIBE_TAKES ""
#define BUS_SUBSCRIBE_GIVES ""

/*
 * History(names): the time between two samples in microseconds, and for each of the (at most BUS_HISTORY_NAMES) known channels
 * its last samples, oldest first: depth (messages; of a raw segment mappings), and how many messages were received since the
 * sample before (of a ring). After a call, kipcd keeps histories of all channels for half a minute.
 */
#define BUS_HISTORY_NAMES 200
#define BUS_HISTORY_TAKES "as"
#define BUS_SAMPLE "(uu)"
#define BUS_HISTORY "(sa" BUS_SAMPLE ")"
#define BUS_HISTORY_GIVES "ta" BUS_HISTORY

/*
 * Heads(names): of at most BUS_HISTORY_NAMES queues, those that hold messages, and since when at least the first message has
 * been the first, as far as samples show: microseconds since the epoch.
 */
#define BUS_HEAD "(st)"
#define BUS_HEADS_TAKES "as"
#define BUS_HEADS_GIVES "a" BUS_HEAD

/* Statistics(): figures of kipcd itself, with the names that `kipcctl metrics` prints. */
#define BUS_STATISTIC "{st}"
#define BUS_STATISTICS_TAKES ""
#define BUS_STATISTICS_GIVES "a" BUS_STATISTIC

/* clang-format off */
/* The errors, each with the errno that the client makes of it. */
#define BUS_ERROR_BAD_CONFIGURATION BUS_NAME ".Error.BadConfiguration"	/* EBADMSG; with all mistakes, one a line */
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
