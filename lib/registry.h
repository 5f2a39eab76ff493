/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_REGISTRY_H
#define KIPC_LIB_REGISTRY_H

/*
 * The text of the registry's links, the one place that knows it. kipcd writes them, the library reads them.
 *
 *	KIND:KEY:ID:CREATOR[:WORD…]	queue:0x00004b01:32769:995
 *
 * The first four fields are for everybody. The words behind them are for kipcd: "observed" (not ours), "owned" (observed, but
 * made by us or handed to us before), "adopted" (handed to kipcd by its maker),
 * "maker=PID" (a semaphore set: the process whose operations do not count as use), "begun" (made, and not yet given its
 * values or layout), "conflict" (its key belongs to somebody else, so that what the
 * name stands for cannot be told: nothing is sent there by it), "layout=ring" (a segment that was
 * laid out as a ring, so that nobody needs to attach one to see), "lifetime=config", "lifetime=daemon" (what to do with
 * it once the configuration does not say any more). A reader passes over words that it does not know.
 *
 * "channels/.ns" -> BOOTID:INODE says which boot and which IPC namespace all of them speak of. BOOTID is "*" where the
 * kernel's cannot be seen (systemd-nspawn). What tells namespaces apart that had the same inode one after the other is for
 * kipcd alone, in "channels/.nsid" (common/nsid.h).
 */

#include "lib/kipc.h"

#define REGISTRY_FOLDER "channels"
#define REGISTRY_NAMESPACE ".ns"

struct registry_link {
	enum kipc_kind kind;
	key_t key;
	int id;
	uid_t creator;
	bool observed;
	bool owned;   /* observed now, and kipcd's before: it is again once nobody says to observe it */
	bool adopted; /* made by somebody else and handed to kipcd, which owns it now */
	bool is_ring;
	bool is_begun;	  /* not prepared yet, and never published: kipcd was killed over it */
	bool in_conflict; /* its key is somebody else's now: the object is ours, and the name means nothing */
	pid_t maker;	  /* 0: not said */
	char lifetime[8]; /* "config", "daemon", or "" for boot */
};

#define REGISTRY_LINK_MAX 128
void registry_link_to_string(const struct registry_link *link, char buffer[static REGISTRY_LINK_MAX]);

/* -EBADMSG: not a link of ours. */
int registry_link_from_string(const char *text, struct registry_link *ret_link);

/* Reads the link NAME in the folder `channels_fd`. -ENOENT; -EBADMSG; errors of readlinkat(2). */
int registry_link_read(int channels_fd, const char *name, struct registry_link *ret_link);

/* BOOTID:INODE of the caller. Errors of /proc. */
#define REGISTRY_NAMESPACE_MAX 64
int registry_namespace_of_caller(char buffer[static REGISTRY_NAMESPACE_MAX]);

/* Whether two such texts mean the same boot and IPC namespace, as far as an inode can tell. */
bool registry_namespaces_match(const char *one, const char *other);

/* 1 if `theirs`, what .ns says, is the caller's boot and IPC namespace, 0 if not; an errno where /proc does not tell. */
int registry_namespace_is_of_caller(const char *theirs);

#endif
